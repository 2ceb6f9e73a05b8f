"""The backbone that ships with the framework, tuned or not, becomes an equal graph."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from vierbein.interfaces.hardware import Level
from vierbein.interfaces.network import Network
from vierbein.interfaces.verification import golden, verify
from vierbein_cpu.cpu import Cpu


@pytest.fixture(scope="module")
def network(deep_sets: Callable[..., Network]) -> Network:
    transformer = pytest.importorskip("vierbein_transformer.particle_transformer")
    made = deep_sets()
    made.backbone = transformer.ParticleTransformer(
        made.backbone.schema,
        width=8,
        num_heads=2,
        num_blocks=2,
        num_class_blocks=1,
        expansion=2,
        embedding_width=0,
        pair_width=8,
        num_pair_layers=2,
        dropout=0.1,
    )
    return made


def test_the_graph_equals_the_network(network: Network, jets: Callable, tmp_path: Path) -> None:
    backend = Cpu()
    lora = pytest.importorskip("vierbein_tuners.lora").Lora(rank=2)
    lora.apply(network)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.requires_grad:
                parameter.add_(0.1 * torch.randn(parameter.shape))
    artifact = backend.lower(network, jets(20), tmp_path)
    for num, most in ((20, 12), (1, 1), (5, 40)):
        inputs, outputs = golden(network, jets(num, 0, most, seed=num))
        emulated = backend.emulate(artifact, Level.GRAPH, inputs)
        verification = verify(outputs, emulated, backend.numerics)
        assert verification.is_equal, verification
