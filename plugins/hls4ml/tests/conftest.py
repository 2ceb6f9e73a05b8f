"""Networks of any program, and what a backend must reproduce of them."""

import tempfile
from pathlib import Path

import pytest
import torch
from jaxtyping import Int
from torch import Tensor

from vierbein.fixed_point.program import Program
from vierbein.testing.fixed_point_network import MadeFixedPointNetwork, made_fixed_point_network
from vierbein.testing.made_events import made_events
from vierbein.testing.small_network import SCHEMA

EVENTS = made_events(SCHEMA)


class Programmed(MadeFixedPointNetwork):
    """A network that predicts what a program says."""

    def __init__(self, given: Program) -> None:
        made = made_fixed_point_network(0)
        super().__init__(made.projection, made.backbone, made.head)
        self.given = given
        self.eval()

    def program(self) -> Program:
        return self.given

    def from_words(self, words: Int[Tensor, "event particle feature"]) -> Tensor:
        return torch.from_numpy(self.given.predict(words.numpy()).values)


@pytest.fixture(scope="session")
def programmed() -> type[Programmed]:
    """Give the class of such networks."""
    return Programmed


@pytest.fixture(scope="session")
def events():
    """Give events of every number of particles."""
    return EVENTS


@pytest.fixture(autouse=True)
def bench(tmp_path, monkeypatch) -> Path:
    """Have tools work in a folder of the test."""
    folder = tmp_path / "benches"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder
