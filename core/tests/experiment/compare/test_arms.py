"""Samples of labelled target events: nested, apart from the test events, the same for every arm."""

import itertools

import numpy as np
import pytest

from vierbein.errors.runs import SampleTooSmallError, TooFewEventsError
from vierbein.experiment.compare.arms import ArmJob, learning_rates, sample


@pytest.fixture
def domain(make_domain):
    return make_domain(2000)


def ids(events):
    return set(events.train.ids.tolist()), set(events.validation.ids.tolist())


@pytest.mark.parametrize("validation", [0.1, 0.2, 0.3, 1 / 3, 0.5, 0.7])
@pytest.mark.parametrize("size", [20, 50, 100, 333, 900])
def test_the_share_of_validation_is_the_one_asked_for(domain, size, validation):
    train, held = ids(sample(domain, size, 0, validation))
    assert len(train) + len(held) == size
    assert not train & held
    assert abs(len(held) - validation * size) <= 1


def test_a_smaller_sample_lies_in_the_larger_one_part_by_part(domain):
    samples = [ids(sample(domain, size, 3, 0.3)) for size in (20, 50, 51, 400, 900)]
    for (train, held), (larger_train, larger_held) in itertools.pairwise(samples):
        assert train <= larger_train
        assert held <= larger_held


def test_no_test_event_is_ever_in_it(domain):
    test = set(domain.events("test").ids.tolist())
    most = len(domain.events("train")) + len(domain.events("validation"))
    for seed in range(5):
        train, held = ids(sample(domain, most, seed, 0.3))
        assert not (train | held) & test
        assert len(train | held) == most


def test_a_seed_has_its_own_events(domain):
    first, again, other = (ids(sample(domain, 100, seed, 0.3)) for seed in (0, 0, 1))
    assert first == again
    shared = len((first[0] | first[1]) & (other[0] | other[1]))
    assert shared == pytest.approx(10, abs=10)  # 100 of 1000, and 100 others


def test_more_events_than_there_are_is_an_error_with_the_number(domain):
    most = len(domain.events("train")) + len(domain.events("validation"))
    with pytest.raises(TooFewEventsError, match=rf"{most + 1} events .* {most} are there"):
        sample(domain, most + 1, 0, 0.3)


@pytest.mark.parametrize(
    ("size", "validation"), [(0, 0.3), (1, 0.3), (3, 0.3), (50, 0.0), (9, 1.0)]
)
def test_a_sample_without_training_or_validation_events_is_refused(domain, size, validation):
    with pytest.raises(SampleTooSmallError, match=f"holds {size}: "):
        sample(domain, size, 0, validation)


@pytest.mark.parametrize("trials", [1, 2, 3, 6])
def test_learning_rates_lie_evenly_around_the_usual_one(trials):
    rates = learning_rates(1e-3, trials, 3.0)
    assert len(rates) == trials
    assert np.exp(np.mean(np.log(rates))) == pytest.approx(1e-3)
    steps = np.diff(np.log(rates))
    assert steps == pytest.approx(np.full(trials - 1, 2 * np.log(3.0) / max(trials - 1, 1)))


def test_every_job_has_a_folder_of_its_own(tmp_path):
    jobs = [
        ArmJob(domain, arm, size, seed, 10, tuner)
        for domain in ("a", "b")
        for arm, tuner in (
            ("zero_shot", ""),
            ("fine_tuned", "full"),
            ("fine_tuned", "lora"),
            ("twin_equal_steps", ""),
            ("baseline", ""),
        )
        for size in (10, 100)
        for seed in (0, 1)
    ]
    assert len({job.folder(tmp_path) for job in jobs}) == len(jobs)
    stages = {job.arm: job.folder(tmp_path).relative_to(tmp_path).parts[0] for job in jobs}
    assert {arm for arm, stage in stages.items() if stage == "adapt"} == {"zero_shot", "fine_tuned"}
