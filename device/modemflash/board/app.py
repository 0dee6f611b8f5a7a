"""The verbs for the REPL: keyword-only, in sentences, and never a traceback for a typing error.

    modemflash.run(source='/sd')       do the job of a card now
    modemflash.info()                  ask the modem who it is; writes nothing
    modemflash.plan(source='/sd')      what `run` would do; writes nothing
    modemflash.rescue(minutes=10)      listen for a modem that does not answer, and act when it does
    modemflash.arm_rescue(on=True)     the same at each power-up, before anything else
    modemflash.mirror()                hand the modem to the PC; only a reset ends it
    modemflash.install_hook()          let a card start an update at power-up
    modemflash.remove_hook()

Rules: what a verb tells is printed, what a program may want is returned.
"""

from modemflash.errors import Problem
from modemflash.interface import NVS_RESCUE, RESCUE_MINUTES

VERBS = {
    "run": ("source",),
    "info": (),
    "plan": ("source",),
    "rescue": ("minutes", "source"),
    "arm_rescue": ("on", "minutes"),
    "mirror": (),
    "install_hook": ("button",),
    "remove_hook": (),
}
_MOST_MINUTES = 1440


def call(verb: str, words: "tuple[Any, ...]", named: "dict[str, Any]") -> "Any":
    """Do what was typed, or say what can be typed."""
    known = VERBS[verb]
    wrong = [name for name in named if name not in known]
    if words or wrong:
        usage = "modemflash.%s(%s)" % (verb, ", ".join([name + "=..." for name in known]))
        print(
            "modemflash: %s. Type %s"
            % ("give names with the values" if words else "unknown: " + wrong[0], usage)
        )
        return None
    if not isinstance(named.get("source", ""), str) or not isinstance(named.get("minutes", 1), int):
        print("modemflash: source is a text such as '/sd', minutes is a whole number")
        return None
    if not 0 < named.get("minutes", 1) <= _MOST_MINUTES:
        print("modemflash: minutes are 1 to", _MOST_MINUTES)
        return None
    return globals()["_" + verb](**named)


def _run(source: str = "/sd") -> "dict[str, Any] | None":
    return _interactive(source, lambda run: run.update)


def _plan(source: str = "/sd") -> "dict[str, Any] | None":
    return _interactive(source, lambda run: run.plan)


def _rescue(minutes: int = RESCUE_MINUTES, source: str = "/sd") -> "dict[str, Any] | None":
    return _interactive(source, lambda run: lambda: run.rescue(minutes * 60000))


def _interactive(source: str, program_of: "Callable[[CardRun], Callable[[], Any]]") -> "dict[str, Any]":
    from modemflash.board.card_run import CardRun

    run = CardRun(source, True)
    try:
        result = run.do(program_of(run))
    finally:
        run.led.release()
    print("modemflash: %s (%s)" % (result["status"], result["code"]))
    print("modemflash:", result["text"])
    return result


def _info() -> "dict[str, Any] | None":
    from modemflash.board.modem_info import modem_info

    try:
        found = modem_info()
        for name in sorted(found):
            print("modemflash: %-12s%s" % (name, found[name]))
        return found
    except Problem as problem:
        print("modemflash:", problem.happened, problem.hint)
        return None


def _arm_rescue(on: bool = True, minutes: int = RESCUE_MINUTES) -> bool:
    from modemflash.board.store import Nvs

    nvs = Nvs()
    if not on:
        nvs.erase(NVS_RESCUE)
        print("modemflash: no rescue at power-up any more")
        return False
    armed = nvs.set(NVS_RESCUE, minutes)
    if armed:
        print("modemflash: at each power-up the board now listens for its modem,", minutes, "minutes long.")
        print("modemflash: it needs the hook (install_hook). Put the card in and cut ALL power for 10 s.")
    else:
        print("modemflash: this board cannot keep that: its NVS is full or missing")
    return armed


def _mirror() -> None:
    """The firmware's own bridge, only where every condition of it holds."""
    from modemflash.board.mirror import mirror

    try:
        mirror()
    except Problem as problem:
        print("modemflash:", problem.happened, problem.hint)


def _install_hook(button: str = "P10") -> None:
    from modemflash.board.install import install_hook

    print("modemflash:", install_hook(button))


def _remove_hook() -> None:
    from modemflash.board.install import remove_hook

    print("modemflash:", remove_hook())


TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from modemflash.board.card_run import CardRun
