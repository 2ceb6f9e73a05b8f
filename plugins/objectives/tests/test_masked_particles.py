"""What is masked cannot be seen, and is learned where the others tell it."""

import pytest
import torch

from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.testing.made_events import SCHEMA, changed, made_events
from vierbein.testing.made_task import MadeTask, kinds
from vierbein.testing.small_network import SCHEMA as SMALL
from vierbein.testing.small_network import SmallHead, SmallSets, small_network
from vierbein_objectives import masked_particles as module
from vierbein_objectives.covering import cover, covered, draw, fixed
from vierbein_objectives.errors import NothingToPredictError, ShareError
from vierbein_objectives.masked_particles import MaskedParticles
from vierbein_objectives.supervised_and_masked import SupervisedAndMasked

LENGTHS = (5, 1, 0, 7, 3, 2)
ONE_OF_FOUR = 0.25
"""The share by which one of an event's four particles is masked."""


def test_nothing_of_a_masked_particle_is_left():
    events = made_events(lengths=LENGTHS, dtype=torch.float64)
    is_covered = covered(events, fixed(events), 0.4)
    other = made_events(lengths=LENGTHS, seed=3, dtype=torch.float64)
    column = is_covered.unsqueeze(1)
    spoilt = changed(
        events,
        p4=torch.where(column, other.p4, events.p4),
        features=torch.where(column, other.features, events.features),
    )
    spoilt.pdg = torch.where(is_covered, other.pdg, events.pdg)
    vector = torch.ones(5, dtype=torch.float64)
    one, two = (cover(each, is_covered, vector) for each in (events, spoilt))
    for name in ("p4", "features", "pdg", "event_features", "offsets"):
        assert torch.equal(getattr(one, name), getattr(two, name)), name
    assert one.truth == {}
    for name in ("p4", "features", "pdg"):  # and what can be seen is as it was
        assert torch.equal(getattr(one, name)[~is_covered], getattr(events, name)[~is_covered])


def test_independent_particles_cannot_be_told(learned, independent):
    """No loss lies below the variance, which is 1, but by the fluctuation of 4,000 events."""
    loss = learned(MaskedParticles(ONE_OF_FOUR), independent)
    assert 1 - 3 * (2 / (2 * 4000)) ** 0.5 < loss < 1.1


def test_a_leak_would_be_seen(learned, independent, monkeypatch):
    def leaky(events, is_covered, features):
        return changed(cover(events, is_covered, features), p4=events.p4)

    monkeypatch.setattr(module, "cover", leaky)
    assert learned(MaskedParticles(ONE_OF_FOUR), independent) < 0.75  # one of two features


def test_what_the_others_determine_is_learned(learned, determined):
    assert learned(MaskedParticles(ONE_OF_FOUR), determined) < 0.05


def test_under_autocast_the_loss_is_of_full_precision():
    network, events = small_network(), made_events(SMALL, LENGTHS, truth=kinds(len(LENGTHS), 0))
    both = SupervisedAndMasked()
    given = network, both.companion(network).eval(), MadeTask(), events
    whole = both.loss(*given)
    with torch.autocast("cpu", torch.bfloat16):
        half = both.loss(*given)
    assert half.dtype == torch.float32
    assert torch.allclose(half, whole, rtol=0.05)
    assert not torch.equal(half, whole)
    assert not torch.equal(half, half.bfloat16().float())  # it has more digits than bf16 has


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.99])
def test_at_least_one_is_masked_and_one_is_left(share):
    events = made_events(lengths=(0, 1, 2, 3, 10, 100))
    for numbers in (draw(events), fixed(events)):
        found = covered(events, numbers, share)
        counts = [int(part.sum()) for part in found.split(events.num_particles.tolist())]
        wanted = [min(max(round(share * n), 1), n - 1) if n > 1 else 0 for n in (0, 1, 2, 3)]
        assert counts[:4] == wanted
        assert counts[4:] == pytest.approx([10 * share, 100 * share], abs=1)


def test_each_particle_is_masked_as_often_as_any_other():
    torch.manual_seed(0)
    events = made_events(lengths=(10,) * 4000)
    for numbers in (draw(events), fixed(events)):
        often = covered(events, numbers, 0.3).view(4000, 10).float().mean(0)
        assert often.tolist() == pytest.approx([0.3] * 10, abs=5 * (0.21 / 4000) ** 0.5)


def test_what_stands_in_their_place_turns_and_is_boosted_with_the_event():
    events = made_events(lengths=LENGTHS, dtype=torch.float64)
    is_covered = covered(events, fixed(events), 0.4)
    gamma, velocity = 10.0, (1 - 1e-2) ** 0.5
    boost = torch.eye(4, dtype=torch.float64)
    boost[0, 0] = boost[3, 3] = gamma
    boost[0, 3] = boost[3, 0] = -gamma * velocity
    vector = torch.zeros(len(SCHEMA.features))
    before = cover(changed(events, p4=events.p4 @ boost), is_covered, vector).p4
    after = cover(events, is_covered, vector).p4 @ boost
    assert torch.allclose(before, after, rtol=1e-12)


def test_the_sum_is_the_weighted_sum():
    network, events = small_network(), made_events(SMALL, LENGTHS, truth=kinds(len(LENGTHS), 0))
    both, task = SupervisedAndMasked(2.0, 0.5, share=0.4), MadeTask()
    companion = both.companion(network).eval()
    masked = MaskedParticles(0.4).loss(network, companion, task, events)
    supervised = task.loss(network(events), events)
    found = both.loss(network, companion, task, events)
    assert torch.allclose(found, 2 * supervised + 0.5 * masked)
    assert masked.count_nonzero() == 4  # events of none and of one particle have nothing to mask


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_share_of_nothing_or_all_is_refused(share):
    with pytest.raises(ShareError, match=r"objective\.share="):
        MaskedParticles(share)


def test_without_features_there_is_nothing_to_predict():
    empty = FeatureSchema()
    network = Network(Projection(empty, empty, {}), SmallSets(empty), SmallHead())
    with pytest.raises(NothingToPredictError, match="objective=supervised"):
        MaskedParticles().companion(network)
