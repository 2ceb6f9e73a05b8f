"""Neighbours and the physics of pairs, against plain loops and closed forms."""

import math
from itertools import product

import pytest
import torch

from vierbein_point_edge.neighbours import (
    ANGLE_FLOOR,
    MASS_FLOOR,
    STANDARD,
    edge_features,
    kinematics,
    nearest,
)


def massless(pt, eta, phi, dtype=torch.float64):
    pt, eta, phi = (torch.tensor(x, dtype=torch.float64) for x in (pt, eta, phi))
    p4 = [pt * eta.cosh(), pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()]
    return torch.stack(p4, dim=1).to(dtype).unsqueeze(0)


def everybody(num):
    return torch.ones(1, num, dtype=torch.bool)


def features(p4, neighbour):
    """Physical values of the features of all particles' edges to one neighbour."""
    at = torch.full((1, p4.shape[1], 1), neighbour)
    mean, std = torch.tensor([*STANDARD.values()], dtype=p4.dtype).T
    values = edge_features(kinematics(p4), at)[0, :, 0] * std + mean
    return dict(zip(STANDARD, values.T, strict=True))


@pytest.mark.parametrize("num", [1, 3, 10])
def test_neighbours_are_those_of_a_plain_search(num, make_events):
    padded = make_events([12, 1, 4, 0, 25], torch.float64).padded
    edges = nearest(padded.p4, padded.mask, num)
    px, py, pz = padded.p4[..., 1:].unbind(-1)
    eta, phi = torch.asinh(pz / torch.hypot(px, py)), torch.atan2(py, px)
    for event, slot in product(range(5), range(25)):
        if not padded.mask[event, slot]:
            continue
        distances = {}
        for other in range(25):
            if padded.mask[event, other] and other != slot:
                turn = float(phi[event, other] - phi[event, slot])
                turn = min(abs(turn + 2 * math.pi * k) for k in (-1, 0, 1))
                distances[other] = math.hypot(turn, float(eta[event, other] - eta[event, slot]))
        expected = sorted(distances, key=distances.get)
        found, weight = edges.neighbour[event, slot], edges.weight[event, slot]
        fewer = min(num, len(expected))
        assert found[:fewer].tolist() == expected[:fewer]
        assert weight[:fewer].gt(0).all()
        assert weight[fewer:].eq(0).all()
        assert math.isclose(weight.sum(), min(fewer, 1), abs_tol=1e-12)
        if len(expected) > num:
            last = distances[expected[num]] ** 2
            fades = torch.tensor([1 - distances[k] ** 2 / last for k in expected[:num]])
            torch.testing.assert_close(weight, (fades / fades.sum()).double(), rtol=1e-6, atol=0)
        else:
            assert weight[:fewer].eq(weight[0]).all()


def test_azimuth_is_a_circle():
    edges = nearest(massless([1.0] * 3, [0.0] * 3, [3.1, -3.1, 2.0]), everybody(3), 1)
    assert edges.neighbour[0, :, 0].tolist() == [1, 0, 0]


def test_equally_far_neighbours_count_alike_in_any_order(network, make_events):
    """Towers of a grid: the K nearest are not unique, what is made of them is."""
    at = list(product([0.0, 0.5, 1.0], [-0.5, 0.0, 0.5]))
    events = make_events([9], torch.float64)
    backbone = network(num_neighbours=2).double()
    events.padded.p4[:] = massless([1.0] * 9, *zip(*at, strict=True))
    before = backbone(events).pooled
    for seed in range(3):
        order = torch.randperm(9, generator=torch.Generator().manual_seed(seed))
        for part in (events.padded.p4, events.padded.features):
            part[:] = part[:, order]
        events.pdg = None
        torch.testing.assert_close(backbone(events).pooled, before, rtol=1e-9, atol=1e-9)


def test_two_massless_particles():
    found = features(massless([10.0, 30.0], [0.5, 0.9], [3.1, 3.4 - 2 * math.pi]), 1)
    first = {name: float(values[0]) for name, values in found.items()}
    assert math.isclose(first["Delta eta / Delta R"], 0.8)  # a 3-4-5 triangle
    assert math.isclose(first["Delta phi / Delta R"], 0.6)
    assert math.isclose(math.exp(first["ln Delta R"]), 0.5)
    assert math.isclose(math.exp(first["ln k_T"]), 5.0)
    assert math.isclose(math.exp(first["ln z"]), 0.25)
    mass2 = 2 * 10 * 30 * (math.cosh(0.4) - math.cos(0.3))
    assert math.isclose(math.exp(first["ln m2"]), mass2, rel_tol=1e-9)


def test_mass_of_massive_particles():
    p4 = torch.tensor([[[5.0, 1.0, 2.0, 3.0], [3.0, -1.0, 1.0, 0.5]]], dtype=torch.float64)
    total = p4[0].sum(0)
    mass2 = float(total[0] ** 2 - total[1:].square().sum())
    assert math.isclose(features(p4, 1)["ln m2"][0].exp(), mass2, rel_tol=1e-12)


def test_single_precision_is_enough_for_collinear_pairs():
    pair = [500.0, 400.0], [2.0, 2.0], [0.3, 0.305]
    exact = features(massless(*pair), 1)["ln m2"][0]
    rounded = features(massless(*pair, dtype=torch.float32), 1)["ln m2"][0]
    assert abs(rounded - exact) < 0.01


def test_particles_at_one_place_are_at_the_floors():
    found = features(massless([3.0, 3.0], [0.7, 0.7], [0.2, 0.2]), 1)
    assert found["Delta eta / Delta R"][0] == found["Delta phi / Delta R"][0] == 0
    assert math.isclose(found["ln Delta R"][0].exp(), ANGLE_FLOOR, rel_tol=1e-6)
    assert math.isclose(found["ln m2"][0].exp(), MASS_FLOOR**2, rel_tol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    "p4",
    [
        [0.0, 0.0, 0.0, 0.0],  # an empty slot
        [50.0, 0.0, 0.0, 50.0],  # along the beam
        [1.0, 1.0, 1.0, 1.0],  # below its mass shell, as rounding makes it
        [7e3, 1e-4, 0.0, -7e3],
    ],
)
def test_everything_is_finite(p4, dtype):
    both = torch.tensor([[p4, [2.0, 1.0, 0.5, 0.3], p4]], dtype=dtype)
    edges = nearest(both, everybody(3), 1)
    assert edges.features.isfinite().all()
    assert edges.weight.isfinite().all()
