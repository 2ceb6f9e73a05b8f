"""Quantised students compute what their programs say, to the last bit."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.utils import parametrize

from vierbein.fixed_point.operations import Dense, Quantise
from vierbein.interfaces.compressor import Materials
from vierbein.interfaces.network import Network
from vierbein.testing.small_network import small_network
from vierbein_compression.errors import NoStudentError, UnknownLayerError, WidthError
from vierbein_compression.quantised_network import QuantisedNetwork
from vierbein_compression.quantize import Quantize

SHAPES = ("sets", "largest", "mean", "interaction", "edges", "expanded", "mixer", "leading")


def quantised(given: Network, materials: Materials, **settings: Any) -> QuantisedNetwork:
    torch.manual_seed(0)
    network = Quantize(**{"steps": 0, **settings}).compress(given, materials)
    assert isinstance(network, QuantisedNetwork)
    return network


def assert_exact(network: QuantisedNetwork, made: Any) -> None:
    words, events = made.words(network), made.events(4)
    program = network.program()
    with torch.no_grad():
        by_torch, by_event = network.from_words(words), network(events)
    assert _same(by_torch, program.predict(words.numpy()).values)
    assert _same(by_event, program.predict(network.words(events).numpy()).values)
    assert len(np.unique(by_torch)) > 5


def _same(found: torch.Tensor, wanted: "np.ndarray[Any, Any]") -> bool:
    """Compare bits, so that zeros with a minus sign would be seen."""
    return found.numpy().astype(np.float64).tobytes() == np.ascontiguousarray(wanted).tobytes()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_exact(shape: str, made: Any, materials: Materials) -> None:
    assert_exact(quantised(made.student(shape), materials), made)


@pytest.mark.parametrize("bits", range(2, 9))
def test_every_width_is_exact(bits: int, made: Any, materials: Materials) -> None:
    network = quantised(
        made.student("sets", seed=bits), materials, weight_bits=bits, activation_bits=bits
    )
    assert_exact(network, made)
    for operation in network.program().operations:
        if isinstance(operation, Dense):
            assert operation.weight_bits == bits
            assert np.abs(operation.weight).max() < 2 ** (bits - 1)
        if isinstance(operation, Quantise):
            assert operation.format.num_bits == bits


def test_rounding_by_hand(made: Any, materials: Materials) -> None:
    """One weight, one rectifier: ties go to even, sums saturate, biases keep off ties."""
    body = made.body("sets")
    given = made.student(body)
    network = quantised(given, materials, activation_bits=3, steps=0)
    each, relu = network.backbone.body.each
    with torch.no_grad():
        each.weight.zero_()
        each.weight_quant.tensor_quant.scaling_impl.scale.fill_(0.25)
        each.weight[0, 0] = 0.25
        each.bias.zero_()
        relu.act_quant.fused_activation_quant_proxy.tensor_quant.scaling_impl.scale.fill_(0.125)
    words = torch.zeros(7, 4, 3, dtype=torch.long)
    # Spacings of 1/8 times weights of 1/4, on a grid of 1/8: four words are one step.
    words[:, 0, 0] = torch.tensor([-4, 2, 3, 6, 10, 26, 31])
    with torch.no_grad():
        found = (network.backbone.body.each(words * 0.125)[:, 0, 0] * 8).tolist()
    assert found == [0, 0, 1, 2, 2, 6, 7]  # 2/4 -> 0, 6/4 -> 2, 10/4 -> 2, 26/4 -> 6, 31/4 -> 7
    with torch.no_grad():
        each.bias[0] = 0.5 / 32  # half of an accumulator's spacing: no ties are left
        found = (network.backbone.body.each(words * 0.125)[:, 0, 0] * 8).tolist()
    assert found == [0, 1, 1, 2, 3, 7, 7]


def test_ties_are_named_by_layer(made: Any, materials: Materials) -> None:
    network = quantised(made.student("sets"), materials)
    with torch.no_grad():
        bias = network.backbone.body.each[0].bias
        bias.copy_((bias * 8).round() / 8)
    assert [(f.layer, f.rule) for f in network.traced().findings] == [("body.each.1", "ties")]


def test_widths_of_single_layers(made: Any, materials: Materials) -> None:
    bits = {"body.each.0": 4, "body.all.1": 5, "head.linear": 8}
    network = quantised(made.student("sets"), materials, bits=bits)
    found = {
        each.name: each.weight_bits if isinstance(each, Dense) else each.format.num_bits
        for each in network.program().operations
        if isinstance(each, Dense | Quantise)
    }
    rest = {"body.each.1": 6, "body.all.0": 6}
    assert found == bits | rest
    assert_exact(network, made)


def test_wrong_widths_are_refused(made: Any, materials: Materials) -> None:
    with pytest.raises(UnknownLayerError, match=r"Did you mean body"):
        quantised(made.student("sets"), materials, bits={"body.each.O": 4})
    with pytest.raises(WidthError, match=r"'body\.all\.1' cannot have 1 bits"):
        quantised(made.student("sets"), materials, bits={"body.all.1": 1})


def test_restored_from_a_file(made: Any, materials: Materials, tmp_path: Path) -> None:
    given = made.student("interaction")
    bits = {"body.own": 5}
    network = quantised(given, materials, bits=bits)
    file = tmp_path / "parameters.safetensors"
    save_file(network.state_dict(), file)
    # Other settings than those that it was made with: the widths stand in the file.
    again = Quantize(weight_bits=3).restored(given, materials, load_file(file))
    assert isinstance(again, QuantisedNetwork)
    for one, other in zip(network.program().operations, again.program().operations, strict=True):
        assert str(one) == str(other)
    assert_exact(again, made)
    assert_exact(deepcopy(network), made)


def test_zeros_stay_zeros(made: Any, materials: Materials) -> None:
    given, mask = made.student("sets"), torch.rand(6, 6, generator=torch.Generator().manual_seed(3))
    is_kept = (mask > 0.5).float()
    with torch.no_grad():  # as they are when pruning is merged
        given.backbone.body.all[0].weight.mul_(is_kept)
    network = quantised(given, materials, steps=20, weight_bits=8)
    weight = network.backbone.body.all[0].weight
    assert not weight[is_kept == 0].any()
    assert (weight != 0).sum() > 10
    assert not torch.equal(weight, given.backbone.body.all[0].weight)


def test_parametrised_weights(made: Any, materials: Materials) -> None:
    """Masks that are still parametrizations count as zeros."""

    class Masked(nn.Module):
        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return weight * (torch.arange(weight.numel()).reshape(weight.shape) % 2)

    given = made.student("sets")
    parametrize.register_parametrization(given.backbone.body.all[0], "weight", Masked())
    network = quantised(given, materials)
    weight = network.backbone.body.all[0].weight.flatten()
    assert not weight[::2].any()
    assert weight[1::2].any()


def test_training_helps(made: Any, materials: Materials) -> None:
    """At two bits, learning with rounding is better than rounding what was learned."""
    given, losses = made.student("sets"), []
    settings = {"weight_bits": 2, "activation_bits": 2, "learning_rate": 0.01, "distillation": 0.0}
    for steps in (0, 40):
        network = quantised(given, materials, steps=steps, **settings)
        events = made.events(1)
        with torch.no_grad():
            losses.append(float(materials.task.loss(network(events), events).mean()))
    assert losses[1] < losses[0]


def test_teacher_is_followed(made: Any, materials: Materials) -> None:
    """With distillation alone, the labels are not looked at."""
    given, apart = made.student("sets"), []
    events = made.events(1)
    for steps in (0, 40):
        network = quantised(
            given, materials, weight_bits=3, distillation=1.0, steps=steps, learning_rate=0.01
        )
        with torch.no_grad():
            apart.append(float((network(events) - given(events)).square().mean()))
    assert apart[1] < apart[0]


def test_other_backbones_are_refused(materials: Materials) -> None:
    with pytest.raises(NoStudentError, match="SmallSets: it is no student"):
        quantised(small_network(), materials)
