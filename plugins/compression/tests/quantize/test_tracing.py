"""What breaks the exact profile, or has no fixed-point form, is named by layer and rule."""

from collections.abc import Callable
from typing import Any

import brevitas.nn as qnn
import pytest
import torch
from brevitas.quant.fixed_point import Uint8ActPerTensorFixedPointMaxInit as Rectified
from brevitas.quant.scaled_int import Int8WeightPerTensorFloat
from brevitas.quant.shifted_scaled_int import ShiftedUint8WeightPerTensorFloat
from torch import Tensor, nn

from vierbein.errors.fixed_point import NotExactError
from vierbein.fixed_point.operations import Add, Dense
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.compressor import Materials
from vierbein_compression.errors import UnmappedLayerError, UntraceableError
from vierbein_compression.quantised_network import QuantisedNetwork
from vierbein_compression.quantize import Quantize


@pytest.fixture
def sets(made: Any, materials: Materials) -> QuantisedNetwork:
    torch.manual_seed(0)
    network = Quantize(steps=0).compress(made.student("sets"), materials)
    assert isinstance(network, QuantisedNetwork)
    assert not network.traced().findings
    return network


def rules(network: QuantisedNetwork) -> set[tuple[str, str]]:
    with pytest.raises(NotExactError, match=r"exact_profile\.md") as raised:
        network.program()
    found = {(f.layer, f.rule) for f in network.traced().findings}
    assert all(f"{layer}: {rule}: " in str(raised.value) for layer, rule in found)
    return found


def linear(**settings: Any) -> qnn.QuantLinear:
    return qnn.QuantLinear(6, 6, bias=True, weight_bit_width=6, bias_quant=None, **settings)


def relu(**settings: Any) -> qnn.QuantReLU:
    quantiser = {"act_quant": Rectified, "max_val": 3.0, "bit_width": 6}
    return qnn.QuantReLU(**{**quantiser, **settings})


def test_scales(sets: QuantisedNetwork) -> None:
    sets.backbone.body.all[0] = linear(weight_quant=Int8WeightPerTensorFloat)
    assert ("body.all.0", "scale") in rules(sets)


def test_zero_points(sets: QuantisedNetwork) -> None:
    sets.backbone.body.all[0] = linear(weight_quant=ShiftedUint8WeightPerTensorFloat)
    assert ("body.all.0", "zero point") in rules(sets)


def test_narrow_ranges(sets: QuantisedNetwork) -> None:
    sets.backbone.body.each[1] = relu(narrow_range=True)
    assert rules(sets) == {("body.each.1", "narrow range")}


def test_rounding(sets: QuantisedNetwork) -> None:
    sets.backbone.body.each[1] = relu(float_to_int_impl_type="floor")
    assert rules(sets) == {("body.each.1", "rounding")}


def test_other_quantisers(sets: QuantisedNetwork) -> None:
    layer = sets.backbone.body.all[0]
    with torch.random.fork_rng():
        made = qnn.QuantLinear(
            6, 6, bias=True, weight_bit_width=6, bias_quant=None, output_quant=Rectified,
            output_max_val=2.0, weight_quant=layer.weight_quant.quant_injector,
        )  # fmt: skip
    with torch.no_grad():
        made.bias.fill_(2.0**-9)
    sets.backbone.body.all[0] = made
    assert ("body.all.0", "quantiser") in rules(sets)


def test_biases(sets: QuantisedNetwork) -> None:
    with torch.no_grad():
        sets.backbone.body.all[0].bias[2] = 1e-9
    assert ("body.all.0", "bias") in rules(sets)


def test_float_layers(sets: QuantisedNetwork) -> None:
    sets.backbone.body.all[0] = nn.Linear(6, 6)
    with pytest.raises(UnmappedLayerError, match=r"'body\.all\.0' computes Linear"):
        sets.program()
    sets.backbone.body.all[0] = linear(weight_quant=None)
    with pytest.raises(UnmappedLayerError, match=r"'body\.all\.0' computes Linear"):
        sets.program()


class Body(nn.Module):
    """One layer a particle, then a function of it."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.each, self.relu, self.function = nn.Linear(3, 6), nn.ReLU(), function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.relu(self.each(x)))


@pytest.mark.parametrize(
    ("function", "layer", "what"),
    [
        (lambda x: (x - x[:, :1]).sum(1), "body.sub", "let the next nn.Linear learn"),
        (lambda x: (x * 0.5).sum(1), "body.mul", "weights of an nn.Linear"),
        (lambda x: (x + 1).sum(1), "body.add", "bias of an nn.Linear"),
        (lambda x: x.softmax(1).sum(1), "body.softmax", "There are: nn.Linear"),
        (lambda x: torch.relu(x).sum(1), "body.relu_again", "Make it an nn.ReLU"),
        (lambda x: (x @ x.mT).sum(1), "body.matmul", "products of activations"),
        (lambda x: torch.stack([x, x], 1).sum((1, 2)), "body.stack", "Unsqueeze each"),
        (lambda x: x.sum(0), "body.sum_1", "Keep the axis of events"),
        (lambda x: x.amax(), "body.amax", "Name an axis"),
        (lambda x: x.reshape(-1, 6), "body.reshape", "Keep the axis of events"),
        (lambda x: x[2:].sum(1), "body.getitem", "Keep the axis of events"),
        (lambda x: x.cumsum(1)[:, -1], "body.cumsum", "Write it with those"),
        (lambda x: (x + x[:, 0]).sum(1), "body.add", "Unsqueeze the smaller one"),
    ],
)
def test_functions_without_a_form(
    function: Callable[[Tensor], Tensor], layer: str, what: str, made: Any, materials: Materials
) -> None:
    given = made.student(Body(function))
    with pytest.raises(UnmappedLayerError, match=what) as raised:
        Quantize(steps=0).compress(given, materials)
    assert f"The layer {layer!r} computes" in str(raised.value)


class Head(nn.Module):
    def __init__(self, function: Callable[[Representation], Tensor]) -> None:
        super().__init__()
        self.norm, self.gelu, self.linear = nn.LayerNorm(6), nn.GELU(), nn.Linear(6, 2)
        self.function = function

    def forward(self, representation: Representation) -> Tensor:
        return self.linear(self.function(self, representation))


def test_normalised_heads(made: Any, materials: Materials) -> None:
    given = made.student("sets", head=Head(lambda self, given: self.norm(given.pooled)))
    with pytest.raises(
        UnmappedLayerError, match=r"'head\.norm' computes LayerNorm[^$]*student's own"
    ):
        Quantize().compress(given, materials)
    given = made.student("sets", head=Head(lambda self, given: self.gelu(given.pooled)))
    with pytest.raises(UnmappedLayerError, match=r"'head\.gelu' computes GELU"):
        Quantize().compress(given, materials)


def test_heads_of_particles(made: Any, materials: Materials) -> None:
    given = made.student("sets", head=Head(lambda self, given: given.particles.sum(1)))
    with pytest.raises(UntraceableError, match="particles"):
        Quantize().compress(given, materials)


def test_branches_on_values(made: Any, materials: Materials) -> None:
    given = made.student(Body(lambda x: x.sum(1) if x.sum() > 0 else x.amax(1)))
    with pytest.raises(UntraceableError, match="control flow"):
        Quantize().compress(given, materials)


def findings(function: Callable[[Tensor], Tensor], made: Any, materials: Materials) -> str:
    with pytest.raises(NotExactError) as raised:
        Quantize(steps=0).compress(made.student(Body(function)), materials)
    return "\n".join(raised.value.findings)


def test_means(made: Any, materials: Materials) -> None:
    """Over three there is no exact mean; of an accumulator it is requantised at ties."""
    assert "body.mean: mean: over 3" in findings(lambda x: x[:, :3].mean(1), made, materials)

    class Requantised(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.each, self.relu, self.again = nn.Linear(3, 6), nn.ReLU(), nn.ReLU()

        def forward(self, x: Tensor) -> Tensor:
            return self.again(self.relu(self.each(x)).mean(1))

    network = made.student(Requantised())
    bits = {"body.relu": 8, "body.again": 4}
    with pytest.raises(NotExactError, match=r"body\.again: mean: a mean is requantised"):
        Quantize(steps=0, bits=bits).compress(network, materials)


def test_unquantised_accumulators(made: Any, materials: Materials) -> None:
    """Three layers without a rectifier between: wide inputs, then too many bits."""
    deep = nn.Sequential(nn.Linear(3, 6), *[nn.Linear(6, 6) for _ in range(3)], nn.ReLU())

    class Deep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.deep = deep

        def forward(self, x: Tensor) -> Tensor:
            return self.deep(x).sum(1)

    with pytest.raises(NotExactError) as raised:
        Quantize(steps=0).compress(made.student(Deep()), materials)
    said = str(raised.value)
    assert "body.deep.2: unquantised: its input is an accumulator" in said
    assert "body.deep.3: accumulator: numbers of" in said


def test_one_half_in_a_sum(made: Any, materials: Materials) -> None:
    """Of two layers that are added before a requantiser, one bias takes the half."""
    torch.manual_seed(0)
    network = Quantize(steps=0, bits={"body.own": 4}).compress(
        made.student("interaction"), materials
    )
    program = network.program()
    own, others = (
        each for each in program.operations if isinstance(each, Dense) and "body" in each.name
    )
    (added,) = (each for each in program.operations if isinstance(each, Add))
    finest = max(program.format.num_fraction + each.weight_fraction for each in (own, others))
    assert own.bias_fraction == finest + 1
    assert (own.bias % 2 == 1).all()
    assert others.bias_fraction <= finest
    assert program.bounds[added.name].parity == 1
