import math

import pytest
import torch

from vierbein_transformer.pairs import (
    ANGLE_FLOOR,
    MASKED,
    MASS_FLOOR,
    STANDARD,
    PairNetwork,
    interaction_features,
    pair_logarithms,
)


def features(p4):
    """Interaction features as published, not standardised: (feature, slot, slot) of one event."""
    mean, std = torch.tensor([*STANDARD.values()], dtype=p4.dtype).T
    rows = pair_logarithms(p4.unsqueeze(0))[:, 0]
    standardised = torch.einsum("fr,rij->fij", interaction_features().to(p4.dtype), rows)
    return standardised * std.view(-1, 1, 1) + mean.view(-1, 1, 1)


def massless(pt, eta, phi, dtype=torch.float64):
    pt, eta, phi = (torch.tensor(x, dtype=torch.float64) for x in (pt, eta, phi))
    p4 = [pt * eta.cosh(), pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()]
    return torch.stack(p4, dim=1).to(dtype)


def test_two_massless_particles():
    ln_angle, ln_kt, ln_z, ln_mass2 = features(massless([10.0, 30.0], [0.5, 0.9], [1.0, 1.3]))[
        :, 0, 1
    ]
    assert math.isclose(ln_angle.exp(), 0.5, rel_tol=1e-9)  # a 3-4-5 triangle
    assert math.isclose(ln_kt.exp(), 5.0, rel_tol=1e-9)
    assert math.isclose(ln_z.exp(), 0.25, rel_tol=1e-9)
    expected = 2 * 10 * 30 * (math.cosh(0.4) - math.cos(0.3))
    assert math.isclose(ln_mass2.exp(), expected, rel_tol=1e-9)


def test_azimuth_is_a_circle():
    near = features(massless([1.0, 1.0], [0.0, 0.0], [math.pi - 0.1, -math.pi + 0.2]))
    assert math.isclose(near[0, 0, 1].exp(), 0.3, rel_tol=1e-9)


def test_mass_of_massive_particles():
    p4 = torch.tensor([[5.0, 1.0, 2.0, 3.0], [3.0, -1.0, 1.0, 0.5]], dtype=torch.float64)
    total = p4.sum(0)
    mass2 = total[0] ** 2 - total[1:].square().sum()
    assert torch.isclose(features(p4)[3, 0, 1].exp(), mass2, rtol=1e-12)


def test_boosts_along_the_beam_and_turns_about_it_change_nothing():
    rng = torch.Generator().manual_seed(0)
    momentum = 5 * torch.randn(6, 3, generator=rng, dtype=torch.float64)
    energy = (momentum.square().sum(1) + 0.14**2).sqrt()
    p4 = torch.cat([energy.unsqueeze(1), momentum], dim=1)
    boost = torch.eye(4, dtype=torch.float64)
    boost[0, 0] = boost[3, 3] = math.cosh(1.3)
    boost[0, 3] = boost[3, 0] = math.sinh(1.3)
    turn = torch.eye(4, dtype=torch.float64)
    turn[1, 1] = turn[2, 2] = math.cos(2.0)
    turn[1, 2], turn[2, 1] = -math.sin(2.0), math.sin(2.0)
    torch.testing.assert_close(features(p4 @ boost.T @ turn.T), features(p4), rtol=0, atol=1e-9)


def test_single_precision_is_enough_for_collinear_pairs():
    pair = [500.0, 400.0], [2.0, 2.0], [0.3, 0.305]
    exact, rounded = features(massless(*pair)), features(massless(*pair, dtype=torch.float32))
    # E^2 - p^2 of the pair would be off by 1 of 5 GeV^2 here.
    assert abs(rounded[3, 0, 1] - exact[3, 0, 1]) < 0.01


def test_pairs_are_symmetric():
    values = features(massless([1.0, 2.0, 3.0], [0.1, -0.4, 2.0], [0.0, 3.0, -3.0]))
    assert torch.equal(values, values.mT)


def test_a_particle_with_itself_is_at_the_floors():
    ln_angle, _, ln_z, ln_mass2 = features(massless([3.0], [0.7], [0.2]))[:, 0, 0]
    assert math.isclose(ln_angle.exp(), ANGLE_FLOOR, rel_tol=1e-6)
    assert math.isclose(ln_z.exp(), 0.5, rel_tol=1e-6)
    assert math.isclose(ln_mass2.exp(), MASS_FLOOR**2, rel_tol=1e-6)


@pytest.mark.parametrize(
    "p4",
    [
        [0.0, 0.0, 0.0, 0.0],  # an empty slot
        [50.0, 0.0, 0.0, 50.0],  # along the beam
        [1.0, 1.0, 1.0, 1.0],  # below its mass shell, as rounding makes it
        [7e3, 1e-4, 0.0, -7e3],
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_everything_is_finite(p4, dtype):
    both = torch.tensor([p4, [2.0, 1.0, 0.5, 0.3]], dtype=dtype)
    assert features(both).isfinite().all()


@pytest.mark.parametrize("num_layers", [0, 1, 3])
def test_network_standardises_and_adds_the_mask(num_layers):
    torch.manual_seed(0)
    pairs = PairNetwork(num_heads=2, width=8, num_layers=num_layers).double()
    p4 = massless([1.0, 20.0, 3.0], [0.1, -0.4, 1.0], [0.0, 3.0, -3.0])
    mean, std = torch.tensor([*STANDARD.values()], dtype=p4.dtype).T
    rows = (features(p4) - mean.view(-1, 1, 1)) / std.view(-1, 1, 1)
    for layer in (pairs.first, *pairs.others):
        if isinstance(layer, torch.nn.Linear):
            rows = torch.einsum("oi,ijk->ojk", layer.weight, rows)
            rows = rows if layer.bias is None else rows + layer.bias.view(-1, 1, 1)
        else:
            rows = layer(rows)
    mask = torch.tensor([[True, True, False]])
    expected = rows + torch.tensor([0.0, 0.0, MASKED])
    torch.testing.assert_close(pairs(p4.unsqueeze(0), mask)[:, 0], expected, rtol=1e-6, atol=1e-6)
