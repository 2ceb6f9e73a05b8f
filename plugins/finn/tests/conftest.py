"""FINN where its environment is, a program of eight particles, and one lowering of it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Operation, Quantise, Sum
from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.hardware import Artifact, Vectors
from vierbein_finn.finn import Finn

WORD = Format(is_signed=True, num_bits=6, num_fraction=3)
HIDDEN = Format(is_signed=False, num_bits=4, num_fraction=2)


def _deep_sets(seed: int = 0, width: int = 8, is_snapped: bool = True) -> Program:
    """Two layers of each of eight particles, their sum, and two layers of it."""
    rng, made = np.random.default_rng(seed), list[Operation]()

    def dense(name: str, given: str, shape: tuple[int, int], fraction: int) -> str:
        bias = 2 * rng.integers(-20, 20, shape[1]) + is_snapped
        made.append(Dense(name, (given,), rng.integers(-8, 8, shape), 2, bias, fraction + 3, 4))
        return name

    def hidden(name: str, given: str, shape: tuple[int, int], fraction: int) -> str:
        made.append(Quantise(f"{name}.q", (dense(name, given, shape, fraction),), HIDDEN))
        return f"{name}.q"

    x = hidden("again", hidden("each", WORDS, (3, width), 3), (width, width), 2)
    made.append(Sum("total", (x,), 0))
    dense("out", hidden("of_all", "total", (width, width), 2), (width, 3), 2)
    return Program((8, 3), WORD, tuple(made))


def _golden(program: Program, num_events: int = 100) -> tuple[Vectors, Vectors]:
    """Words, drawn and adversarial, and what the program computes of them."""
    rng = np.random.default_rng(1)
    drawn = rng.integers(WORD.lowest, WORD.highest + 1, (num_events, *program.shape))
    words = adversarial(program, drawn)
    return {WORDS: words}, {"prediction": program.predict(words).values}


@pytest.fixture
def deep_sets() -> Callable[..., Program]:
    """Give the maker of the program."""
    return _deep_sets


@pytest.fixture
def golden() -> Callable[..., tuple[Vectors, Vectors]]:
    """Give the maker of golden vectors."""
    return _golden


@pytest.fixture
def finn() -> Finn:
    """Give the backend, where it can run."""
    made = Finn()
    if reason := made.probe().reason:
        pytest.skip(reason)
    return made


@pytest.fixture(scope="session")
def _lowered(tmp_path_factory: pytest.TempPathFactory) -> Artifact:
    return Finn().lower_program(_deep_sets(), tmp_path_factory.mktemp("deep_sets"))


@pytest.fixture
def artifact(finn: Finn, request: pytest.FixtureRequest, tmp_path: Path) -> Artifact:
    """Copy what was lowered once: tests plant faults in it."""
    whole: Artifact = request.getfixturevalue("_lowered")
    shutil.copytree(whole.folder, tmp_path / "artifact")
    return Artifact(tmp_path / "artifact", whole.files)


@pytest.fixture
def edit(artifact: Artifact) -> Callable[[str, Callable[[str], str]], None]:
    """Rewrite a file of the artifact."""

    def rewrite(pattern: str, change: Callable[[str], str]) -> None:
        file = min(artifact.folder.glob(pattern))
        before = file.read_text()
        file.write_text(change(before))
        assert file.read_text() != before

    return rewrite
