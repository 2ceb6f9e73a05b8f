"""Points in the flow's space stand for the particles that they came from."""

import math

import torch

from vierbein_point_edge.state import from_p4, to_p4


def test_there_and_back(make_events):
    p4 = make_events([50], torch.float64).p4
    torch.testing.assert_close(to_p4(from_p4(p4)), p4, rtol=1e-9, atol=1e-9)


def test_a_massless_particle_stays_massless():
    p4 = torch.tensor([[13.0, 3.0, -4.0, 12.0], [5.0, 0.0, 3.0, 4.0]])
    torch.testing.assert_close(to_p4(from_p4(p4)), p4, rtol=1e-5, atol=1e-4)
    assert torch.equal(from_p4(p4)[:, 3], torch.full((2,), 0.01).log())


def test_one_particle_by_hand():
    p4 = torch.tensor([[2.0, 0.0, 1.0, 0.0]], dtype=torch.float64)
    expected = [0.0, 0.0, math.pi / 2, math.log(math.sqrt(3) + 0.01)]
    assert torch.allclose(from_p4(p4)[0], torch.tensor(expected, dtype=torch.float64))
