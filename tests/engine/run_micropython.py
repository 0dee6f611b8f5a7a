"""Runs engine test modules on a MicroPython: `micropython run_micropython.py test_line test_crc`.

Rules: written in the dialect; a test is a function `test_*` without arguments; every
test runs, whatever the ones before it did. The last line counts, the exit code is 1
when a test failed.
"""

import gc
import sys

HERE = sys.argv[0].rsplit("/", 1)[0] if "/" in sys.argv[0] else "."
sys.path[:] = [HERE, HERE + "/../../device"] + sys.path


def run(name):
    """The test functions of one module: (passed, failed)."""
    try:
        module = __import__(name)
    except Exception as error:
        return 0, failure(name, error)
    passed = failed = 0
    for test in sorted(dir(module)):
        if test.startswith("test_"):
            gc.collect()  # each test finds the heap as whole as can be
            try:
                getattr(module, test)()
                passed += 1
            except Exception as error:
                failed += failure(name + "." + test, error)
    return passed, failed


def failure(name, error):
    """Shows one failure and counts it."""
    print("FAILED", name)
    sys.print_exception(error)
    return 1


totals = [0, 0]
for name in sys.argv[1:]:
    passed, failed = run(name)
    totals[0] += passed
    totals[1] += failed
print("%d passed, %d failed" % (totals[0], totals[1]))
sys.exit(1 if totals[1] else 0)
