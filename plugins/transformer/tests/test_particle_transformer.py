import inspect
from pathlib import Path

import pytest
import torch

from vierbein.events.batch import EventBatch, Padded
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_transformer.errors import HeadsError
from vierbein_transformer.particle_transformer import ParticleTransformer

PRESETS = ["nano", "tiny", "small", "base"]
LENGTHS = [7, 0, 1, 12, 3]


@pytest.fixture(params=[(torch.float32, 1e-5), (torch.float64, 1e-12)], ids=["single", "double"])
def precision(request):
    return request.param


@pytest.fixture(params=PRESETS)
def preset(request):
    return request.param


def close(given, expected, tolerance):
    torch.testing.assert_close(given, expected, rtol=tolerance, atol=tolerance)


def test_padding_and_other_events_change_nothing(preset, precision, network, make_events):
    dtype, tolerance = precision
    backbone, events = network(preset).to(dtype), make_events(LENGTHS, dtype)
    together = backbone(events)
    for i, length in enumerate(LENGTHS):
        alone = backbone(events.take(torch.tensor([i])))
        close(together.pooled[i], alone.pooled[0], tolerance)
        close(together.particles[i, :length], alone.particles[0, :length], tolerance)
        assert not together.particles[i, length:].any()
        assert together.mask[i].sum() == length


def test_what_empty_slots_hold_changes_nothing(network, make_events):
    backbone, events = network("tiny"), make_events(LENGTHS)
    padded = events.padded
    p4, features = padded.p4.clone(), padded.features.clone()
    p4[~padded.mask], features[~padded.mask] = torch.tensor([9.0, 1.0, 2.0, 3.0]), 5.0
    dirty = EventBatch.from_padded(events.schema, Padded(p4, features, padded.mask))
    close(backbone(dirty).pooled, backbone(events).pooled, 1e-5)
    close(backbone(dirty).particles, backbone(events).particles, 1e-5)


def test_order_of_particles_and_events(preset, precision, network, make_events):
    dtype, tolerance = precision
    backbone, events = network(preset).to(dtype), make_events([9, 9, 9], dtype)
    rng = torch.Generator().manual_seed(3)
    order, slots = torch.tensor([2, 0, 1]), torch.randperm(9, generator=rng)
    padded = events.padded
    moved = Padded(*(part[order][:, slots] for part in (padded.p4, padded.features, padded.mask)))
    given = backbone(EventBatch.from_padded(events.schema, moved))
    expected = backbone(events)
    close(given.pooled, expected.pooled[order], tolerance)
    close(given.particles, expected.particles[order][:, slots], tolerance)


def test_padded_layout_gives_the_same(preset, network, make_events):
    backbone, events = network(preset), make_events(LENGTHS)
    only_padded = EventBatch.from_padded(events.schema, events.padded)
    close(backbone(only_padded).pooled, backbone(events).pooled, 1e-6)
    assert "p4" not in only_padded.__dict__  # nothing asked for jagged columns


def test_empty_events_learn_and_stay_finite(preset, network, make_events):
    backbone = network(preset).train()
    for lengths in (LENGTHS, [0, 0], [1]):
        backbone.zero_grad()
        representation = backbone(make_events(lengths))
        assert representation.pooled.isfinite().all()
        assert representation.particles.isfinite().all()
        (representation.pooled.square().sum() + representation.particles.sum()).backward()
        gradients = {name: p.grad for name, p in backbone.named_parameters()}
        assert all(g.isfinite().all() for g in gradients.values())
        if lengths is LENGTHS:
            assert [name for name, g in gradients.items() if not g.any()] == []


def test_evaluation_is_deterministic_and_dropout_is_not(network, make_events):
    backbone, events = network("tiny", dropout=0.5), make_events(LENGTHS)
    assert torch.equal(backbone(events).pooled, backbone(events).pooled)
    backbone.train()
    assert not torch.equal(backbone(events).pooled, backbone(events).pooled)


def test_four_momenta_matter_through_pairs_alone(network, make_events):
    backbone, events = network("tiny"), make_events([6, 6])
    before = backbone(events).pooled
    px, py = events.p4[:, 1].clone(), events.p4[:, 2].clone()
    events.padded = Padded(
        torch.stack([events.p4[:, 0], -py, px, events.p4[:, 3]], 1).view(2, 6, 4),
        events.padded.features,
        events.padded.mask,
    )
    close(backbone(events).pooled, before, 1e-4)  # turned about the beam as a whole
    events.padded.p4[0, 0, 1:] = torch.tensor([0.1, 0.2, -0.3])
    after = backbone(events).pooled
    assert (after - before)[0].abs().max() > 1e-3
    close(after[1], before[1], 1e-4)


def test_sizes(network):
    schema = FeatureSchema(tuple(Feature(f"feature_{i}") for i in range(17)))
    sizes = {p: sum(x.numel() for x in network(p, schema).parameters()) for p in PRESETS}
    assert sizes["base"] == pytest.approx(2.14e6, rel=0.01)  # as published
    assert sizes["tiny"] <= 0.15e6
    assert sizes["nano"] == pytest.approx(sizes["tiny"] / 3, rel=0.15)
    readme = (Path(__file__).parents[1] / "README.md").read_text()
    assert [p for p, size in sizes.items() if f"| {size:,} |" not in readme] == []


def test_presets_set_what_the_constructor_knows(preset, settings):
    assert set(settings(preset)) <= set(inspect.signature(ParticleTransformer).parameters)


def test_blocks_are_all_of_it_by_depth(preset, network, make_events):
    backbone = network(preset)
    blocks = backbone.blocks()
    of_blocks = [id(p) for block in blocks for p in block.parameters()]
    assert sorted(of_blocks) == sorted(id(p) for p in backbone.parameters())
    called = []
    for i, block in enumerate(blocks):
        block.register_forward_hook(lambda *_, i=i: called.append(i))
    backbone(make_events([3]))
    assert called == list(range(len(blocks)))


def test_can_be_traced_with_free_axes(network, make_events):
    backbone = network("tiny")

    class Function(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = backbone

        def forward(self, p4, features, mask):
            events = EventBatch.from_padded(backbone.schema, Padded(p4, features, mask))
            representation = self.backbone(events)
            return representation.particles, representation.pooled

    def blocks(lengths):
        padded = make_events(lengths).padded
        return padded.p4, padded.features, padded.mask

    axes = {0: torch.export.Dim("event"), 1: torch.export.Dim("slot")}
    program = torch.export.export(Function(), blocks([4, 9]), dynamic_shapes=(axes,) * 3)
    for lengths in (LENGTHS, [3, 2], [30]):
        inputs = blocks(lengths)
        for given, expected in zip(program.module()(*inputs), Function()(*inputs), strict=True):
            close(given, expected, 1e-6)


def test_heads_that_do_not_divide_the_width(network):
    with pytest.raises(HeadsError, match=r"width of 50 .* 8 .*\n.*\n.*backbone\.width=56"):
        network("base", width=50)
