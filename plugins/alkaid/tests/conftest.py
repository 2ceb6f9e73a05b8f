"""Made programs lowered once for all tests, and ways to spoil what was lowered."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.hardware import Artifact, Level
from vierbein.interfaces.verification import Verification, verify
from vierbein.testing.made_program import PROGRAMS
from vierbein_alkaid import alkaid as module
from vierbein_alkaid.alkaid import Alkaid


@pytest.fixture(scope="session")
def alkaid() -> Alkaid:
    """Make one backend for all tests: what it builds is built once."""
    backend = Alkaid()
    probe = backend.probe()
    if not probe.can_run:
        pytest.skip(probe.reason)
    return backend


@pytest.fixture(scope="session")
def simulating(alkaid: Alkaid) -> Alkaid:
    """Give the backend where Verilog can be simulated."""
    missing = alkaid.probe().missing
    if Level.RTL in missing:
        pytest.skip(missing[Level.RTL])
    return alkaid


@pytest.fixture(scope="session")
def lowered(alkaid: Alkaid, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Artifact]:
    """Lower a made program; tests copy what they change."""

    @cache
    def lower(name: str) -> Artifact:
        return alkaid.lower_program(PROGRAMS[name](0), tmp_path_factory.mktemp(name))

    return lower


@pytest.fixture(scope="session")
def words_of() -> Callable[[Program], np.ndarray]:
    """Draw ordinary words, and put adversarial ones behind them."""

    def draw(program: Program) -> np.ndarray:
        ends = program.format.lowest, program.format.highest + 1
        return adversarial(program, np.random.default_rng(1).integers(*ends, (24, *program.shape)))

    return draw


@pytest.fixture(scope="session")
def verified(alkaid: Alkaid, words_of: Callable) -> Callable[..., Verification]:
    """Hold an emulation against the program, as the framework does."""

    def hold(program: Program, artifact: Artifact, level: Level) -> Verification:
        words = words_of(program)
        tensors = {name: numbers.values for name, numbers in program.run(words).items()}
        tensors.pop(WORDS)
        outputs = {**tensors, "prediction": tensors[program.output]}
        return verify(outputs, alkaid.emulate(artifact, level, {WORDS: words}), alkaid.numerics)

    return hold


@pytest.fixture
def spoilt(lowered: Callable[[str], Artifact], tmp_path: Path) -> Callable[..., Artifact]:
    """Copy an artifact and replace texts in one of its files."""

    def spoil(name: str, file: str, *changes: tuple[str, str]) -> Artifact:
        artifact = lowered(name)
        copytree(artifact.folder, tmp_path / "spoilt")
        _replace(tmp_path / "spoilt" / file, *changes)
        return Artifact(tmp_path / "spoilt", artifact.files)

    return spoil


@pytest.fixture
def with_bug(
    alkaid: Alkaid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Artifact]:
    """Lower a program by a worker in which texts are replaced."""

    def lower(program: Program, *changes: tuple[str, str]) -> Artifact:
        copytree(module._WORKERS, tmp_path / "workers")
        _replace(tmp_path / "workers" / "lower.py", *changes)
        (tmp_path / "artifact").mkdir()
        with monkeypatch.context() as patch:
            patch.setattr(module, "_WORKERS", tmp_path / "workers")
            return alkaid.lower_program(program, tmp_path / "artifact")

    return lower


def _replace(file: Path, *changes: tuple[str, str]) -> None:
    whole = file.read_text(encoding="utf-8")
    for text, other in changes:
        assert text in whole, text  # else the fault would not be planted
        whole = whole.replace(text, other)
    file.write_text(whole, encoding="utf-8")
