"""Quantisation keeps the contract of compressors."""

import torch
from torch import nn

from vierbein.interfaces.network import Network
from vierbein.testing.compressor import CompressorContract, fresh_student


class TestQuantize(CompressorContract):
    component = "quantize"
    settings = {"steps": 20, "learning_rate": 3e-3}

    @classmethod
    def given(cls) -> Network:
        return _student()

    @classmethod
    def fresh(cls) -> Network:
        return _student()


def _student() -> Network:
    """Make the kit's student with a body of modules, which it has not."""
    network = fresh_student()
    with torch.random.fork_rng():
        torch.manual_seed(2)
        network.backbone.body = _Sets(network.backbone.width)
    return network


class _Sets(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.each, self.relu = nn.Linear(3, width), nn.ReLU()

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.relu(self.each(inputs)).sum(1)
