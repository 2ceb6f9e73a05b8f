import inspect
from pathlib import Path

import pytest
import torch

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.batch import EventBatch, Padded
from vierbein.events.schema import Feature, FeatureSchema, Role
from vierbein_lorentz.errors import ChannelsError

TINY = ["lorentz_net_tiny", "lgatr_net_tiny", "lgatr_slim_net_tiny"]
BASE = ["lorentz_net_base", "lgatr_net_base", "lgatr_slim_net_base"]


@pytest.mark.parametrize("preset", TINY)
def test_one_event_at_a_time_gives_the_same(preset, network, jets, alone, rounded):
    """Length grouping changes nothing, to single precision's rounding."""
    events = rounded(jets)
    backbone = network(preset, events.schema)
    with torch.no_grad():
        together, apart = backbone(events).pooled, alone(backbone, events)
    assert (together - apart).abs().max() < 1e-6 * apart.abs().max() + 1e-6


@pytest.mark.parametrize("preset", TINY)
def test_events_without_particles_learn_nothing_and_stay_finite(preset, network, make_events):
    events = make_events((0, 0), torch.float32)
    found = network(preset, events.schema).train()(events)
    assert found.pooled.shape == (2, 32)
    assert not found.pooled.any()
    assert not found.particles.any()


@pytest.mark.parametrize("preset", TINY)
def test_gradients_are_finite(preset, network, jets, rounded):
    backbone = network(preset, jets.schema).train()
    backbone(rounded(jets)).pooled.square().sum().backward()
    assert [n for n, p in backbone.named_parameters() if not p.grad.isfinite().all()] == []


@pytest.mark.parametrize("preset", TINY)
def test_no_features_at_all(preset, network, make_events):
    events = make_events((4, 2))
    bare = EventBatch(FeatureSchema(), events.p4, events.features[:, :0], events.offsets)
    assert network(preset, bare.schema).double()(bare).pooled.isfinite().all()


def test_sizes(network):
    scalars = [Feature(f"scalar_{i}", role=Role.SCALAR) for i in range(6)]
    schema = FeatureSchema((*scalars, *(Feature(f"feature_{i}") for i in range(8))))
    sizes = {p: sum(x.numel() for x in network(p, schema).parameters()) for p in (*TINY, *BASE)}
    assert all(sizes[preset] <= 0.15e6 for preset in TINY)
    published = dict(zip(BASE, (0.22e6, 1.68e6, 1.27e6), strict=True))
    assert {p: sizes[p] for p in BASE} == {
        p: pytest.approx(size, rel=0.1) for p, size in published.items()
    }
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    assert [p for p, size in sizes.items() if f"| {size:,} |" not in readme] == []


@pytest.mark.parametrize("preset", [*TINY, *BASE])
def test_presets_set_what_the_constructor_knows(preset, settings, network):
    _, content = settings(preset)
    made = network(preset, FeatureSchema())
    assert set(content) <= set(inspect.signature(type(made)).parameters)


@pytest.mark.parametrize("preset", ["lgatr_net_tiny", "lgatr_slim_net_tiny"])
def test_heads_that_do_not_divide_the_channels(preset, network):
    with pytest.raises(ChannelsError, match=r"10 channels .* 4 .*\n.*\n.*num_scalars=12"):
        network(preset, FeatureSchema(), num_heads=4, num_scalars=10)


def test_a_feature_that_there_is_not(network):
    with pytest.raises(UnknownFeatureError, match="colour"):
        network("lorentz_net_tiny", FeatureSchema((Feature("charge"),)), features=["colour"])


@pytest.mark.parametrize("preset", TINY)
def test_can_be_traced_with_free_axes(preset, network, make_events):
    backbone = network(preset, make_events((1,)).schema, num_blocks=2 - (preset in TINY[1:]))

    class Function(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = backbone

        def forward(self, p4, features, mask):
            events = EventBatch.from_padded(backbone.schema, Padded(p4, features, mask))
            representation = self.backbone(events)
            return representation.particles, representation.pooled

    def blocks(lengths):
        padded = make_events(lengths, torch.float32).padded
        return padded.p4, padded.features, padded.mask

    axes = {0: torch.export.Dim("event"), 1: torch.export.Dim("slot")}
    with torch.no_grad():
        Function()(*blocks((2,)))  # lgatr keeps constants that it makes when they are first needed
        program = torch.export.export(Function(), blocks((4, 9)), dynamic_shapes=(axes,) * 3)
        for lengths in ((5, 0, 1), (3, 2), (30, 7)):
            inputs = blocks(lengths)
            for given, expected in zip(program.module()(*inputs), Function()(*inputs), strict=True):
                torch.testing.assert_close(given, expected, rtol=1e-5, atol=1e-5)
