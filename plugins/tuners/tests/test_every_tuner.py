"""What holds for each tuner, on our transformer and on torch's fused attention."""

from copy import deepcopy

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.liveness import dead_parameters
from vierbein.interfaces.merge import merged
from vierbein.storage.difference import Difference
from vierbein_tuners.bitfit import BitFit
from vierbein_tuners.bottleneck import Bottleneck
from vierbein_tuners.dummy_nodes import DummyNodes
from vierbein_tuners.full import Full
from vierbein_tuners.gradual import Gradual
from vierbein_tuners.l2_sp import L2SP
from vierbein_tuners.last_l import LastL
from vierbein_tuners.layer_decay import LayerDecay
from vierbein_tuners.lora import Lora
from vierbein_tuners.probe import Probe
from vierbein_tuners.replay import Replay

TUNERS = {
    "bitfit": BitFit(),
    "bottleneck": Bottleneck(units=2),
    "dummy_nodes": DummyNodes(),
    "full": Full(),
    "gradual": Gradual(),
    "l2_sp": L2SP(),
    "last_l": LastL(num_blocks=2),
    "layer_decay": LayerDecay(),
    "lora": Lora(rank=2),
    "probe": Probe(),
    "replay": Replay(),
}
EVERYTHING = {"dummy_nodes", "full", "gradual", "l2_sp", "layer_decay", "replay"}


@pytest.fixture(params=sorted(TUNERS))
def tuner(request):
    return TUNERS[request.param]


def learning(network):
    return {name for name, p in network.named_parameters() if p.requires_grad}


def train(network, events, num_steps=3):
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=1e-2)
    for _ in range(num_steps):
        optimiser.zero_grad()
        network(events).square().sum().backward()
        optimiser.step()


def test_starts_as_the_identity(tuner, network, events):
    before = network(events)
    tuner.apply(network)
    torch.testing.assert_close(network(events), before, rtol=1e-6, atol=1e-6)


def test_every_tuned_parameter_is_live(tuner, network, events):
    tuner.apply(network)
    assert dead_parameters(network, events) == ()


def test_the_head_learns(tuner, network):
    tuner.apply(network)
    assert {"head.weight", "head.bias"} <= learning(network)
    assert tuner.learning_rate > 0


def test_what_is_frozen_stays_bit_by_bit_and_the_rest_moves(tuner, network, events):
    tuner.apply(network)
    before, tuned = deepcopy(network.state_dict()), learning(network)
    train(network, events)
    changed = {
        name for name, value in network.state_dict().items() if not torch.equal(value, before[name])
    }
    assert changed == tuned


@pytest.mark.parametrize("backbone", ["particle_transformer", "fused"])
def test_the_projection_learns_where_it_is_not_the_identity(tuner, backbone, make_network):
    more = FeatureSchema((Feature("charge"), Feature("pt"), Feature("eta"), Feature("d0")))
    less = FeatureSchema((Feature("charge"), Feature("pt")))
    projection = {"projection.linear.weight", "projection.linear.bias"}
    for network, expected in (
        (make_network(backbone), tuner in [TUNERS[name] for name in EVERYTHING]),
        (make_network(backbone, more), True),
        (make_network(backbone, less, {"eta": 0.5}), True),
    ):
        tuner.apply(network)
        assert (projection <= learning(network)) is expected


@pytest.mark.parametrize("backbone", ["particle_transformer", "fused"])
def test_parameters_travel_as_safetensors(tuner, backbone, make_network, events):
    network, other = make_network(backbone), make_network(backbone)
    tuner.apply(network)
    train(network, events)
    tuner.apply(other)
    assert not torch.equal(other(events), network(events))
    other.load_state_dict(load(save(network.state_dict())), strict=True)
    assert torch.equal(other(events), network(events))


@pytest.mark.parametrize("backbone", ["particle_transformer", "fused"])
def test_only_the_difference_to_the_base_is_kept(tuner, backbone, make_network, events):
    network, other = make_network(backbone), make_network(backbone)
    base = deepcopy(network.state_dict())
    tuner.apply(network)
    train(network, events)
    difference = Difference.of(network.state_dict(), base)
    assert {n for n in difference.own if not n.startswith("projection.")} <= learning(network)
    tuner.apply(other)
    other.load_state_dict(difference.fill(base, other.state_dict()))
    assert torch.equal(other(events), network(events))


@pytest.mark.parametrize("backbone", ["particle_transformer", "fused"])
def test_merged_for_exporters(tuner, backbone, make_network, events):
    network = make_network(backbone)
    tuner.apply(network)
    train(network, events)
    plain = merged(network)
    torch.testing.assert_close(plain(events), network(events), rtol=1e-6, atol=1e-6)
    is_same = set(plain.state_dict()) == set(make_network(backbone).state_dict())
    assert is_same is tuner.is_mergeable
    if not is_same:
        return
    untuned = make_network(backbone)
    untuned.load_state_dict(load(save(plain.state_dict())), strict=True)
    torch.testing.assert_close(untuned(events), network(events), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("block_learns", [False, True])
def test_a_wrapper_around_a_layer_that_is_never_called_is_caught(
    block_learns, make_network, events
):
    class Wrapper(nn.Linear):
        """The usual low-rank update: right for a layer that is called, dead for one that is not."""

        def __init__(self, linear):
            super().__init__(linear.in_features, linear.out_features)
            self.load_state_dict(linear.state_dict())
            self.requires_grad_(False)
            self.up = nn.Parameter(torch.zeros(linear.out_features, 1))
            self.down = nn.Parameter(torch.randn(1, linear.in_features))

        def forward(self, x):
            return super().forward(x) + x @ self.down.T @ self.up.T

    network = make_network("fused")
    Probe().apply(network)
    network.backbone.embedding.requires_grad_(block_learns)
    for attention in (network.backbone.encoder.self_attn, network.backbone.pooling):
        attention.out_proj = Wrapper(attention.out_proj)
    network.backbone.encoder.linear1 = Wrapper(network.backbone.encoder.linear1)
    # A frozen encoder layer is evaluated by torch in one step that calls none of its parts, so that
    # a wrapper which did train is not there when the network is used.
    attentions = ["encoder.self_attn.out_proj", "pooling.out_proj"]
    dead = attentions if block_learns else [*attentions, "encoder.linear1"]
    assert set(dead_parameters(network, events)) == {
        f"backbone.{module}.{factor}" for module in dead for factor in ("up", "down")
    }
