"""What is typed at a board's console: run it, and say how it ended.

Rules that hold here: at the prompt the value of an expression is printed, as
everywhere; a traceback shows the board's own lines and none of the simulator's.
"""

import io
import sys

_OURS = ("sim_typed.py", "start.py")


def traceback(error):
    """What the board prints of it."""
    words = io.StringIO()
    sys.print_exception(error, words)
    lines = words.getvalue().split("\n")
    return "\n".join([line for line in lines if not any([name in line for name in _OURS])])


def run_typed(text, name, at_prompt, names):
    """Run a program among these names; its traceback, empty when it ended well.

    `text` may be bytes: then what is no text is an error of the program, too.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode()
        if at_prompt:
            try:
                code = compile(text, name, "eval")
            except SyntaxError:
                code = None
            if code is not None:
                value = eval(code, names)
                if value is not None:
                    print(repr(value))
                return ""
        exec(compile(text, name, "exec"), names)
    except SystemExit:
        pass
    except BaseException as error:
        return traceback(error)
    return ""
