"""Contracts in real pytest sessions: of their authors, of nobody, and of strangers."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

GREET = '''
    """The command `vierbein greet`."""

    def add(subparsers):
        subparsers.add_parser("greet", help="say hello")

    def run(arguments):
        return 0
'''
HEAD = """
    from vierbein.testing.check import check
    from vierbein.testing.command import CommandContract
    from vierbein.testing.demand import demand
"""
GOOD = """
    class TestGreet(CommandContract):
        component = "greet"
"""
NUM_CHECKS = 8


@pytest.fixture
def session(fake_distribution: Callable[..., Path], tmp_path: Path) -> Callable[..., str]:
    """Run pytest in an empty project beside a small plugin; give its output and exit status."""
    files = {"lab_greet/__init__.py": "", "lab_greet/greet.py": GREET}
    site = fake_distribution("lab-greet", {"command": {"greet": "lab_greet.greet"}}, files)
    project = tmp_path / "project"
    project.mkdir()
    paths = os.pathsep.join([str(site), *(path for path in sys.path if path)])

    def run(*words: str, **tests: str) -> str:
        for name, text in tests.items():
            (project / f"{name}.py").write_text(dedent(text))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
            cwd=project,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )
        return f"{done.stdout}{done.stderr}\nstatus {done.returncode}"

    return run


def test_the_plugin_loads_nothing_but_pytest() -> None:
    code = "import sys; import pytest; before = set(sys.modules); import vierbein._pytest_plugin; "
    code += "print(*sorted(set(sys.modules) - before - {'os'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["vierbein", "vierbein._pytest_plugin"]


def test_it_does_nothing_in_a_strangers_session(session: Callable[..., str]) -> None:
    said = session(
        test_stranger="""
        import sys

        def test_light():
            assert "vierbein._pytest_plugin" in sys.modules
            heavy = {"torch", "vierbein.testing", "vierbein.registry", "vierbein.interfaces"}
            assert heavy & set(sys.modules) == set()
        """
    )
    assert "1 passed" in said
    assert "contracts" not in said


def test_the_number_of_checks_is_printed(session: Callable[..., str]) -> None:
    said = session(test_greet=HEAD + GOOD)
    assert f"{NUM_CHECKS} checks of 1 components ran: {NUM_CHECKS} passed" in said
    assert "status 0" in said


def test_expected_failures_are_strict_and_newer_checks_only_warn(
    session: Callable[..., str],
) -> None:
    tests = """
    class Asking(CommandContract):
        component = "greet"

        @check(since="0.1")
        def test_old(self):
            demand(False, "It must be blue.", "It is red.", "Paint it.")

        @check(since="7.0")
        def test_new(self):
            demand(False, "It must be round.", "It is square.", "Turn it.")

    class TestFails(Asking):
        pass

    class TestExpected(Asking):
        expected_failures = {"test_old": "paint has not dried"}

    class TestNeedless(CommandContract):
        component = "greet"
        expected_failures = {"test_runs": "it does not run"}
    """
    said = session("-rA", test_greet=HEAD + tests)
    assert "It must be blue.\n  It is red.\n  Paint it." in said
    total, warned = 3 * NUM_CHECKS + 4, 2
    passed = total - warned - 3
    assert f"{total} checks of 1 components ran: {passed} passed, 2 failed, 1 expected" in said
    assert "paint has not dried" in said
    assert "[XPASS(strict)] it does not run" in said
    assert "asked since vierbein 7.0; the plugin declares 0.1. It must be round." in said
    assert "TestFails::test_old" in said
    assert "status 1" in said


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('expected_failures = {"test_rums": "thirst"}', "Did you mean test_runs?"),
        ("test_runs = None", "puts something else in the place of test_runs"),
        ("def test_runs(self): pass", "puts something else in the place of test_runs"),
    ],
    ids=["misspelt", "removed", "overridden"],
)
def test_no_check_vanishes_in_silence(
    session: Callable[..., str], body: str, complaint: str
) -> None:
    said = session(test_greet=f"{HEAD}{GOOD}        {body}\n")
    assert complaint in said
    assert "status 4" in said


def test_all_contracts_of_a_distribution_with_nothing_to_write(
    session: Callable[..., str],
) -> None:
    words = ("--pyargs", "vierbein.testing.all", "--vierbein-plugin")
    said = session("-v", *words, "Lab_Greet")
    assert f"{NUM_CHECKS} checks of 1 components ran: {NUM_CHECKS} passed" in said
    assert "TestCommandGreet::test_help_is_light PASSED" in said
    assert "No plugin distribution 'lab-great' is installed. Did you mean lab-greet?" in session(
        *words, "lab-great"
    )
    assert "must be told whose contracts to run" in session(*words[:2])
