"""ParticleNet is the published network: weaver-core's own, with the same parameters, says so."""

import math
import warnings

import pytest
import torch

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_weaver.edge_conv import ParticleNorm, nearest
from vierbein_weaver.particle_net import ParticleNet

SCHEMA = FeatureSchema(tuple(Feature(f"feature_{i}") for i in range(4)))


def events(lengths, dtype=torch.float64, turn=0.0, seed=0):
    """Draw massless particles near the azimuth where the circle closes."""
    rng = torch.Generator().manual_seed(seed)
    draw = torch.randn(sum(lengths), 7, generator=rng, dtype=torch.float64)
    pt, eta, phi = draw[:, 0].exp(), 0.3 * draw[:, 1], math.pi + 0.3 * draw[:, 2] + turn
    p4 = torch.stack([pt * eta.cosh(), pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()], 1)
    offsets = torch.tensor([0, *lengths]).cumsum(0)
    return EventBatch(SCHEMA, p4.to(dtype), draw[:, 3:].to(dtype), offsets)


def published(ours, num_neighbours, widths):
    """Build weaver's network, and give it our parameters under their published names."""
    with warnings.catch_warnings(action="ignore"):
        module = pytest.importorskip("weaver.nn.model.ParticleNet")
    theirs = module.ParticleNet(
        input_dims=len(SCHEMA.features),
        num_classes=3,
        conv_params=[(num_neighbours, [w] * 3) for w in widths],
        fc_params=[(widths[-1], 0.1)],
        use_fusion=False,
        trim=False,
    ).double()
    wanted = theirs.state_dict()
    parameters = {
        name.replace("fc.0.", "fc.0.0."): tensor.reshape(
            wanted[name.replace("fc.0.", "fc.0.0.")].shape
        )
        for name, tensor in ours.state_dict().items()
    }
    parameters |= {name: wanted[name] for name in ("fc.1.weight", "fc.1.bias")}
    theirs.load_state_dict(parameters, strict=True)
    theirs.fc[1] = torch.nn.Identity()
    return theirs.eval()


def random_network(num_neighbours, widths):
    """Build one whose normalisations are not the identity."""
    torch.manual_seed(0)
    ours = ParticleNet(SCHEMA, num_neighbours=num_neighbours, widths=widths).double().train()
    for _ in range(3):
        ours(events([20, 30]))
    return ours.eval()


@pytest.mark.parametrize("lengths", [[12, 9, 40], [3, 1, 40]], ids=["enough", "too few others"])
def test_answers_as_the_published_network(lengths):
    ours, batch = random_network(5, [8, 16]), events(lengths)
    padded = batch.padded
    angles = torch.stack(
        [
            torch.asinh(padded.p4[..., 3] / torch.hypot(padded.p4[..., 1], padded.p4[..., 2])),
            torch.atan2(padded.p4[..., 2], padded.p4[..., 1]) % (2 * math.pi),
        ],
        dim=1,
    ).nan_to_num()
    with torch.no_grad():
        expected = published(ours, 5, [8, 16])(
            angles, padded.features.clamp(-5, 5).transpose(1, 2), padded.mask.unsqueeze(1)
        )
        torch.testing.assert_close(ours(batch).pooled, expected, rtol=1e-9, atol=1e-9)


def test_trap_05_any_number_of_particles_is_enough():
    """Fewer slots than neighbours: weaver's network cannot choose them, ours needs none."""
    ours = random_network(16, [8, 16])
    for lengths in ([0], [1], [2, 16, 17]):
        found = ours(events(lengths)).pooled
        assert found.isfinite().all()
    alone, among = (ours(events(lengths)).pooled[0] for lengths in ([2], [2, 50]))
    first = events([2, 50]).take(torch.tensor([0]))
    torch.testing.assert_close(ours(first).pooled[0], among)
    assert alone.isfinite().all()


def test_trap_06_azimuth_is_a_circle():
    ours = random_network(3, [8, 16])
    before, after = ours(events([20, 7])), ours(events([20, 7], turn=2.0))
    torch.testing.assert_close(after.pooled, before.pooled, rtol=1e-9, atol=1e-9)


def test_nearest_others():
    positions = torch.tensor([0.0, 1.0, 3.0, 0.0])
    distance = (positions.unsqueeze(0) - positions.unsqueeze(1)).abs().unsqueeze(0)
    mask = torch.tensor([[True, True, True, False]])
    assert nearest(distance, mask, 2).tolist() == [[1, 2], [0, 2], [1, 0]]
    assert nearest(distance, mask, 3).tolist() == [[1, 2, 3], [0, 2, 3], [1, 0, 3]]


def test_a_frozen_normalisation_does_not_drift():
    norm = ParticleNorm(3).train()
    rows = torch.randn(8, 3)
    norm.weight.requires_grad_(False)
    norm(rows)
    assert not norm.running_mean.any()
    norm.weight.requires_grad_(True)
    norm(rows)
    torch.testing.assert_close(norm.running_mean, 0.1 * rows.mean(0))
    assert norm(rows[:1]).isfinite().all()  # one row has no spread to learn from


def test_empty_slots_do_not_count_in_training():
    torch.manual_seed(0)
    ours = ParticleNet(SCHEMA, num_neighbours=3, widths=[8], dropout=0.0).double().train()
    apart = ours(events([5, 5])).pooled
    longer = EventBatch.concatenate([events([5, 5]), events([0, 0, 0, 0])])
    torch.testing.assert_close(ours(longer).pooled[:2], apart)
