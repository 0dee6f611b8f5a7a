"""A skipped referee is a failure under CI, and only there, and only a referee."""

import shutil
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

TESTS = Path(__file__).resolve().parents[1]
MODULE = """
import pytest
referee = pytest.mark.referee

@referee
@pytest.mark.skip(reason="no vendor client")
def test_marked(): pass

@referee
def test_skips_itself(tool): pytest.skip("no port")

@pytest.fixture
def absent(): pytest.skip("no program")

@referee
def test_fixture_skips(absent): pass

@referee
@pytest.mark.xfail(reason="known")
def test_known_to_fail(): assert False

@pytest.mark.skip(reason="another system")
def test_no_referee(): pass
"""


@pytest.mark.parametrize("ci", ["true", ""])
def test_skipped_referees(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str) -> None:
    """Each way to skip counts; an expected failure and an ordinary skip do not."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    shutil.copy(TESTS / "conftest.py", pytester.path)
    pytester.makeini("[pytest]\nmarkers = referee")
    pytester.makepyfile(MODULE)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    if ci:  # a skip at set-up becomes an error there
        result.assert_outcomes(skipped=1, failed=1, errors=2, xfailed=1)
    else:
        result.assert_outcomes(skipped=4, xfailed=1)


@pytest.mark.parametrize(
    ("mark", "code"),
    [("pytest.mark.slow", 0), ('getattr(pytest.mark, "slow")', pytest.ExitCode.USAGE_ERROR)],
)
def test_a_slow_test_stands_where_it_is_looked_for(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, mark: str, code: int
) -> None:
    """The file says `mark.slow`, or nothing runs at all."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    shutil.copy(TESTS / "conftest.py", pytester.path)
    pytester.makeini("[pytest]\nmarkers = slow")
    pytester.makepyfile(f"import pytest\nmark = {mark}\n@mark\ndef test_it(): pass\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    assert result.ret == code
