"""What turning, mirroring and moving leaves alone, what is learned by it, and what breaks it."""

import pytest
import torch

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.schema import Feature, FeatureSchema, Role
from vierbein_euclid.errors import PositionsMissingError
from vierbein_euclid.euclid_net import EuclidNet
from vierbein_euclid.message import PATHS
from vierbein_euclid.neighbours import find_edges


def build(events, seed=0, **settings):
    torch.manual_seed(seed)
    settings = {"width": 8, "num_messages": 3, "num_neighbours": 6} | settings
    return EuclidNet(events.schema, **settings).to(events.features.dtype).eval()


def change(backbone, events, move):
    """Give the largest change of what comes out over its standard deviation."""
    with torch.no_grad():
        before = backbone(events)
        largest = 0.0
        for seed in range(4):
            after = backbone(move(events, seed))
            for one, two in (
                (before.pooled, after.pooled),
                (before.particles[before.mask], after.particles[after.mask]),
            ):
                largest = max(largest, float(((two - one).abs() / one.std(0)).max()))
    return largest


def test_turning_mirroring_and_moving_change_nothing(make, move):
    events, _ = make(60)
    assert change(build(events), events, move) < 1e-10
    assert (
        change(build(events.to("cpu", torch.float32)), events.to("cpu", torch.float32), move) < 1e-3
    )


def test_nor_for_the_photons_of_a_telescope(telescope, move):
    assert (len(telescope), len(telescope.features)) == (50, 1872)
    # Sensors stand on a grid: many are equally far, and some are hit more than once.
    assert change(build(telescope), telescope, move) < 1e-10


def test_a_special_direction_breaks_it_on_purpose(make, move):
    events, _ = make(60)
    backbone = build(events, axis=(0.0, 0.0, 1.0))
    assert change(backbone, events, move) > 1e-2
    assert backbone.symmetries == {"permutation"}
    assert build(events).symmetries == {"permutation", "e3"}
    turned = events.features.clone()  # about that direction nothing changes still
    turned[:, :2] = torch.stack([-turned[:, 1], turned[:, 0]], 1)
    after = backbone(events.map_features(events.schema, lambda _: turned)).pooled
    torch.testing.assert_close(after, backbone(events).pooled, rtol=1e-9, atol=1e-9)


def test_features_of_the_detector_enter_by_name_alone_and_break_it():
    schema = FeatureSchema((*[Feature(n, "m", role=Role.VECTOR) for n in "xyz"], Feature("depth")))
    assert EuclidNet(schema).symmetries == {"permutation", "e3"}
    assert EuclidNet(schema, features=["depth"]).symmetries == {"permutation"}
    with pytest.raises(UnknownFeatureError, match="dpth"):
        EuclidNet(schema, features=["dpth"])


def test_a_planted_break_is_found(make, move, monkeypatch):
    from vierbein_euclid import euclid_net

    honest = euclid_net._harmonics

    def bent(vectors):
        return honest(vectors * torch.tensor([1.0, 1.0, 1.001], dtype=vectors.dtype))

    events, _ = make(60)
    monkeypatch.setattr(euclid_net, "_harmonics", bent)
    assert change(build(events), events, move) > 1e-6


def test_energy_is_learned_along_one_direction_and_known_in_all(make):
    """Trained on tracks along z alone, it knows the energy of tracks in any direction."""
    along_z = torch.tensor([[0.0, 0.0, 1.0]], dtype=torch.float64)
    events, energy = make(120, seed=1, direction=along_z)
    others, their_energy = make(200, seed=2)
    backbone = build(events, num_messages=1, num_neighbours=3, width=6).train()
    head = torch.nn.Linear(6, 1).double()
    optimizer = torch.optim.AdamW([*backbone.parameters(), *head.parameters()], lr=2e-2)
    for _ in range(90):
        loss = (head(backbone(events).pooled).squeeze(1) - energy).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        error = (head(backbone(others).pooled).squeeze(1) - their_energy).square().mean()
    assert error < 0.2 * their_energy.var()  # it has seen 120 tracks; guessing the mean gives 1


def test_the_rim_of_a_neighbourhood_counts_nothing():
    """Of equally far hits none is preferred, and a share falls to zero as a hit leaves."""
    mask = torch.ones(1, 4, dtype=torch.bool)

    def shares(last):
        positions = torch.tensor([[[0.0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, last]]]).double()
        edges = find_edges(positions, mask, 2)
        return {int(s): float(w) for r, s, w in zip(*vars(edges).values(), strict=True) if r == 0}

    assert shares(2.0) == {1: pytest.approx((1 - 1 / 4) ** 2)}  # two at the rim: neither counts
    assert shares(2.001)[2] < 1e-5
    assert shares(10.0)[2] > 0.9


def test_few_hits_hear_all_others():
    edges = find_edges(
        torch.randn(2, 5, 3), torch.tensor([[True] * 3 + [False] * 2, [False] * 5]), 8
    )
    pairs = set(zip(edges.receiver.tolist(), edges.sender.tolist(), strict=True))
    assert pairs == {(i, j) for i in range(3) for j in range(3) if i != j}
    assert (edges.share == 1).all()


def test_paths_keep_parity():
    assert (1, 1, 1) not in PATHS  # an axial vector
    assert {(0, 1, 1), (1, 1, 0), (1, 1, 2), (2, 2, 2)} <= set(PATHS)


def test_without_positions():
    schema = FeatureSchema((Feature("x", "m", role=Role.VECTOR), Feature("charge")))
    with pytest.raises(PositionsMissingError, match=r"gives x; its features are x, charge"):
        EuclidNet(schema)
