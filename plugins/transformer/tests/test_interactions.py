import math

import pytest
import torch

from vierbein_transformer.interactions import FLOOR, interactions


def massless(pt, eta, phi):
    pt, eta, phi = (torch.tensor(x, dtype=torch.float64) for x in (pt, eta, phi))
    p4 = [pt * eta.cosh(), pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()]
    return torch.stack(p4, dim=1).unsqueeze(0)


def test_two_massless_particles():
    p4 = massless([10.0, 30.0], [0.5, 0.9], [1.0, 1.3])
    kt, z, angle, mass2 = interactions(p4)[:, 0, 0, 1].tolist()
    assert math.isclose(angle, 0.5, rel_tol=1e-9)  # a 3-4-5 triangle
    assert math.isclose(kt, 5.0, rel_tol=1e-9)
    assert math.isclose(z, 0.25, rel_tol=1e-9)
    expected = 2 * 10 * 30 * (math.cosh(0.4) - math.cos(0.3))
    assert math.isclose(mass2, expected, rel_tol=1e-9)


def test_azimuth_is_a_circle():
    near = interactions(massless([1.0, 1.0], [0.0, 0.0], [math.pi - 0.1, -math.pi + 0.2]))
    assert math.isclose(near[2, 0, 0, 1], 0.3, rel_tol=1e-9)


def test_a_particle_with_itself_is_at_the_floors():
    kt, z, angle, _ = interactions(massless([3.0], [0.7], [0.2]))[:, 0, 0, 0].tolist()
    assert (kt, z, angle) == (FLOOR, 0.5, FLOOR)


@pytest.mark.parametrize("pz", [50.0, -50.0])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_along_the_beam_everything_is_finite(pz, dtype):
    p4 = torch.tensor([[[50.0, 0.0, 0.0, pz], [0.0] * 4, [2.0, 1.0, 0.5, 0.3]]], dtype=dtype)
    assert interactions(p4).log().isfinite().all()
