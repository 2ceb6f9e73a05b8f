"""`vierbein hardware setup NAME` makes a backend's environment, or says that it has none."""

import pytest

from vierbein.cli import main as cli

BACKEND = """
    from vierbein.interfaces.hardware import Capabilities, Hardware, Level, Numerics, Probe

    class Board(Hardware):
        numerics = Numerics(is_exact=True)
        levels = (Level.GRAPH,)
        capabilities = Capabilities(needs=("a soldering iron",))

        def probe(self):
            return Probe(True, "", {}, {Level.RTL: "no verilator; install it"})

        def check(self, network, example):
            return ()

        def lower(self, network, example, folder):
            raise NotImplementedError

        def emulate(self, artifact, level, inputs):
            raise NotImplementedError

        def report(self, artifact, network, example):
            return []

    class Own(Board):
        def setup(self, folder, say):
            say(f"made in {folder}")
"""


@pytest.fixture(autouse=True)
def backends(fake_distribution):
    names = {"board": "lab_board:Board", "own": "lab_board:Own"}
    fake_distribution("lab", {"hardware": names}, {"lab_board.py": BACKEND})


def test_it_is_made_and_then_probed(capsys):
    assert cli.main(["hardware", "setup", "own"]) == 0
    said = capsys.readouterr()
    assert said.err == "made in None\n"
    assert said.out == "own: it can run here\nown, level rtl: no verilator; install it\n"


def test_another_folder_is_the_users_to_name_in_settings(capsys, tmp_path):
    assert cli.main(["hardware", "setup", "own", "--folder", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert said.err == f"made in {tmp_path}\n"
    assert said.out == ""


def test_most_have_nothing_to_set_up(capsys):
    assert cli.main(["hardware", "setup", "board"]) == 2
    said = capsys.readouterr().err
    assert "hardware=board has no environment of its own" in said
    assert "a soldering iron" in said


def test_an_unknown_backend_is_told(capsys):
    assert cli.main(["hardware", "setup", "finnn"]) == 2
    assert "finnn" in capsys.readouterr().err
