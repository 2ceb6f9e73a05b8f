"""What students read of particles: values that follow from kinematics."""

import math

import pytest
import torch

from vierbein.events.batch import EventBatch
from vierbein.testing.made_events import made_events, reordered, shuffle_within
from vierbein.testing.small_network import SCHEMA
from vierbein_compression.deep_sets import DeepSets
from vierbein_compression.inputs import INPUTS
from vierbein_compression.leading import Leading, leading
from vierbein_compression.student_errors import StudentSizeError


def massless(*particles, lengths=None):
    """Make one event of particles given as (pT, eta, phi)."""
    pt, eta, phi = torch.tensor(particles, dtype=torch.float64).reshape(-1, 3).T
    p4 = pt * torch.stack([eta.cosh(), phi.cos(), phi.sin(), eta.sinh()])
    offsets = torch.tensor([0, *(lengths or [len(pt)])]).cumsum(0)
    return EventBatch(SCHEMA, p4.T, torch.zeros(len(pt), 2, dtype=torch.float64), offsets)


def features(events, inputs="plain", **settings):
    return DeepSets(SCHEMA, num_particles=4, inputs=inputs, **settings).features(events)


def test_two_particles_beside_their_axis():
    """Equally hard ones lie at opposite azimuths of the axis, which is across the cut at pi."""
    found = features(massless((50, 0.3, math.pi - 0.05), (50, 0.3, -math.pi + 0.05)))[0]
    # The jet has a mass: its rapidity is less than their pseudorapidity.
    y = math.asinh(math.sinh(0.3) / math.sqrt(math.cosh(0.3) ** 2 - math.sinh(0.3) ** 2))
    wanted = torch.tensor([[math.log(51), y - 0.3, -0.5], [math.log(51), y - 0.3, 0.5]])
    first = found[:2][found[:2, 2].argsort()]
    assert torch.allclose(first, wanted.double(), atol=1e-9)
    assert (found[2:] == 0).all()


def test_masses_are_those_of_pairs():
    """Two photons at right angles have the mass sqrt(2 E1 E2)."""
    found = features(massless((60, 0, 0), (40, 0, math.pi / 2)), "lorentz")[0].expm1()
    pair = math.sqrt(2 * 60 * 40)
    wanted = torch.tensor([[pair, 0, pair], [pair, pair, 0]]).double()
    assert torch.allclose(found[:2], wanted, atol=1e-6)


def test_invariant_masses_are_the_same_in_every_frame():
    given = leading(made_events(SCHEMA, [4, 2], dtype=torch.float64), 4)
    gamma, velocity = 3.0, math.sqrt(8) / 3
    boost = torch.eye(4, dtype=torch.float64)
    boost[0, 0] = boost[1, 1] = gamma
    boost[0, 1] = boost[1, 0] = gamma * velocity
    moved = Leading(given.p4 @ boost.T, given.jet @ boost.T, given.mask)
    before, after = (INPUTS["lorentz"].of(each)[given.mask] for each in (given, moved))
    assert torch.allclose(before, after, atol=1e-9)


def test_a_boost_along_the_beam_does_not_matter():
    """Rapidities of massive particles and of the axis shift alike."""
    events = made_events(SCHEMA, [4, 2], dtype=torch.float64)
    energy, px, py, pz = events.p4.T
    eta = 1.3
    p4 = [energy * math.cosh(eta) + pz * math.sinh(eta), px, py]
    p4.append(energy * math.sinh(eta) + pz * math.cosh(eta))
    moved = EventBatch(SCHEMA, torch.stack(p4, dim=1), events.features, events.offsets)
    for inputs in INPUTS:
        assert torch.allclose(features(events, inputs), features(moved, inputs), atol=1e-9)


@pytest.mark.parametrize("inputs", INPUTS)
def test_words_lie_on_their_grid_and_saturate(inputs):
    hard = massless((1e18, 4.0, 0), (1e18, -4.0, 2.5), (1.0, 0, 0), (0, 0, 0)).to(
        "cpu", torch.float32
    )
    student = DeepSets(SCHEMA, num_particles=4, inputs=inputs)
    found = student.inputs(hard) / student.format.spacing
    assert torch.equal(found, found.round())
    assert found.max() == student.format.highest
    assert found.min() >= student.format.lowest


def test_what_is_read_of_ordinary_jets_fits_the_words():
    """A TeV particle, and one at 0.79 from the axis, are inside of what words can say."""
    student = DeepSets(SCHEMA, num_particles=4)
    found = student.features(massless((1000, 0, 0), (1, 0.79, 0), (1, 0, 0.79)))
    assert found.abs().max() < student.format.highest * student.format.spacing


@pytest.mark.parametrize("inputs", INPUTS)
def test_without_particles_all_words_are_zero(inputs):
    assert (features(massless(), inputs) == 0).all()


def test_the_order_in_a_file_does_not_matter_for_equally_hard_particles():
    """Six of ten particles with one transverse momentum: which four are seen is always the same."""
    angles = [(30, 0.1 * i, 0.2 * i) for i in range(10)]
    events = massless(*angles)
    for seed in range(5):
        other = reordered(events, shuffle_within(events, seed))
        assert torch.allclose(features(events), features(other), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("setting", "given"), [("num_particles", 0), ("width", 0), ("depth", -1), ("input_bits", 1)]
)
def test_impossible_sizes_are_refused(setting, given):
    with pytest.raises(StudentSizeError, match=f"{setting}={given}"):
        DeepSets(SCHEMA, **{setting: given})
