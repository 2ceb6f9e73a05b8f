import math

import pytest
import torch

from vierbein.events.batch import Padded
from vierbein_lorentz.rest_frame import at_rest, products, psi


def event(p4, dtype=torch.float64):
    p4 = torch.tensor(p4, dtype=torch.float64).to(dtype)
    p4 = p4.unsqueeze(0)
    return Padded(p4, p4[..., :0], torch.ones(p4.shape[:2], dtype=torch.bool))


def test_a_decay_in_flight_is_back_to_back_at_rest():
    """Two photons of a pion of 134.98 MeV with gamma = 20: each has half the mass."""
    mass, gamma = 0.13498, 20.0
    beta = math.sqrt(1 - 1 / gamma**2)
    along, across = 0.6 * mass / 2, 0.8 * mass / 2
    photons = [
        [
            gamma * (mass / 2 + s * beta * along),
            s * across,
            0.0,
            gamma * (s * along + beta * mass / 2),
        ]
        for s in (1, -1)
    ]
    rest = at_rest(event(photons))
    expected = [[mass / 2, s * across, 0.0, s * along] for s in (1, -1)]
    torch.testing.assert_close(rest.p4[0], torch.tensor(expected, dtype=torch.float64))
    assert not rest.mass2.any()  # photons, as far as rounding can tell


def test_total_momentum_is_zero_and_products_stay(make_events, naive_products):
    events = make_events((5, 7, 0, 3))
    rest = at_rest(events.padded)
    total = rest.p4.sum(1)
    assert total[:, 1:].abs().max() < 1e-10 * total.max()
    wanted = naive_products(events.padded.p4)
    for found in (naive_products(rest.p4), products(rest.p4, rest.mass2)):
        torch.testing.assert_close(found, wanted, rtol=1e-9, atol=1e-9)


def test_single_precision_holds_the_mass_of_a_collinear_pair():
    """Two massless particles of 2 TeV, a milliradian apart: E^2 - p^2 would be off by its size."""
    pair = [[2e3, 2e3 * math.sin(a), 0.0, 2e3 * math.cos(a)] for a in (0.3, 0.301)]
    rest = at_rest(event(pair, torch.float32))
    found = products(rest.p4, rest.mass2)[0, 0, 1]
    assert math.isclose(found, 4e6 * (1 - math.cos(1e-3)), rel_tol=1e-3)


@pytest.mark.parametrize(
    "p4",
    [
        [[0.0, 0.0, 0.0, 0.0]],
        [[1.0, 0.0, 0.0, 0.0]],
        [[5.0, 3.0, 0.0, 4.0]],  # one massless particle has no rest frame
        [[5.0, 3.0, 0.0, 4.0], [50.0, 30.0, 0.0, 40.0]],
        [[5.0, 0.0, 0.0, 5.0], [5.0, 0.0, 0.0, -5.0]],  # at rest already
        [[1.0, 3.0, 0.0, 0.0]],  # beyond its mass shell
        [[7e6, 0.0, 0.0, -7e6], [1e-3, 1e-3, 0.0, 0.0]],
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extremes_are_finite(p4, dtype):
    rest = at_rest(event(p4, dtype))
    assert rest.p4.isfinite().all()
    assert products(rest.p4, rest.mass2).isfinite().all()
    assert rest.p4.dtype == dtype


def test_psi_is_odd_and_grows_as_a_logarithm():
    values = psi(torch.tensor([0.0, math.e - 1, 1 - math.e]))
    torch.testing.assert_close(values, torch.tensor([0.0, 1.0, -1.0]))
