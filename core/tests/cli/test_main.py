"""The frame of the command line: exit statuses, messages, plugin commands."""

import importlib.util
import subprocess
import sys

import pytest

from vierbein.cli import main as cli
from vierbein.errors.base import VierbeinError

RUN = [sys.executable, "-c", "import sys; from vierbein.cli.main import main; sys.exit(main())"]
COMMAND = """
    def add(subparsers):
        parser = subparsers.add_parser("greet")
        parser.add_argument("what", choices=["return", "bug", "mistake", "stop"])

    def run(arguments):
        from vierbein.errors.base import VierbeinError

        if arguments.what == "bug":
            raise ZeroDivisionError
        if arguments.what == "mistake":
            raise VierbeinError("asked this, there is that")
        if arguments.what == "stop":
            raise KeyboardInterrupt
        return 3
"""


@pytest.fixture
def greet(fake_distribution):
    """Install a plugin that adds the command `greet`."""
    fake_distribution("lab", {"command": {"greet": "lab_greet"}}, {"lab_greet.py": COMMAND})


@pytest.mark.parametrize("words", [["--help"], ["-h"], []])
def test_help_names_every_command(capsys, words):
    assert cli.main(words) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_of_ours_adds_its_own_name(capsys, name):
    with pytest.raises(SystemExit) as caught:
        cli.main([name, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: vierbein {name}")


def test_version_is_the_core_s(capsys):
    from vierbein import __version__

    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"vierbein {__version__}\n"


def test_a_misspelt_command_is_told_with_close_matches(capsys, greet):
    assert cli.main(["pluggins"]) == 2
    assert "Did you mean plugins?" in capsys.readouterr().err
    assert cli.main(["gret"]) == 2
    assert "Did you mean greet?" in capsys.readouterr().err


def test_a_plugin_s_command_gives_the_exit_status(capsys, greet):
    assert cli.main(["greet", "return"]) == 3
    assert cli.main(["greet", "mistake"]) == VierbeinError.exit_status == 2
    assert capsys.readouterr().err == "vierbein: error: asked this, there is that\n"
    assert cli.main(["greet", "stop"]) == 130
    assert capsys.readouterr().err == "vierbein: interrupted\n"
    with pytest.raises(ZeroDivisionError):
        cli.main(["greet", "bug"])


def test_a_plugin_s_command_is_not_imported_for_another(capsys, fake_distribution):
    files = {"lab_never.py": "raise RuntimeError('not asked for')"}
    fake_distribution("lab", {"command": {"never": "lab_never"}}, files)
    assert cli.main(["plugins", "list", "--kind", "command"]) == 0
    assert "never" in capsys.readouterr().out
    assert cli.main(["never"]) == 2
    assert "RuntimeError: not asked for" in capsys.readouterr().err


def test_a_bug_leaves_its_traceback_and_status_1():
    broken = "from vierbein.cli import main as m; m.COMMANDS['x'] = ('no_such_module', ''); "
    code = f"import sys; {broken}sys.exit(m.main(['x']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "ModuleNotFoundError" in done.stderr


def test_a_reader_that_goes_away_leaves_no_traceback():
    with subprocess.Popen(
        [*RUN, "plugins", "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@pytest.mark.parametrize("words", [["--help"], ["plugins", "list"], ["plugins", "list", "--json"]])
def test_nothing_heavy_is_imported(words):
    heavy = {"torch", "hydra", "omegaconf", "numpy", "jaxtyping", "pandas", "rich"}
    assert all(importlib.util.find_spec(name) for name in heavy)  # else the test shows nothing
    code = (
        "import sys; from vierbein.cli.main import main; status = main(sys.argv[1:]); "
        f"sys.exit(status or ' '.join({heavy} & sys.modules.keys()) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
