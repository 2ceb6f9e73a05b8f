"""The OOD monitor flags what was planted, passes what is clean, and knows how often it errs."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import stats

from vierbein.interfaces.safeguard import Answer, Moment, Verdict
from vierbein_safeguards.errors import (
    NoObservablesError,
    NotFiniteError,
    NotThereError,
    OutOfRangeError,
    TooFewEventsError,
)
from vierbein_safeguards.ood import Ood

MEAN = np.array([0.0, 550.0, 80.0, 45.0])
MONITORS = ("latent Mahalanobis", "latent neighbours", "raw Mahalanobis", "raw neighbours")


def fractions(verdict: Verdict) -> dict[str, float]:
    named = {figure.name: figure.value for figure in verdict.further}
    return {name: named[f"events above the limit, {name}"] for name in MONITORS}


def units(columns):
    return columns * np.array([1, 1000, 1000, 1])


def dead_channel(columns):
    return columns * np.array([1, 1, 0, 1])


def permuted(columns):
    return columns[:, [0, 2, 3, 1]]


def test_it_asks_after_adaptation() -> None:
    assert Ood.moment is Moment.ADAPTED


def test_a_clean_sample_passes(world: Callable, draw: Callable) -> None:
    (verdict,) = Ood().question(world(1000, 0, atlas=draw(np.random.default_rng(1), 800)))
    assert verdict.answer is Answer.PASS
    assert verdict.safeguard == "ood: atlas"
    assert verdict.figure.low < 0.05 < verdict.figure.high
    assert verdict.figure.value <= verdict.threshold == pytest.approx(0.1)
    assert verdict.false_alarm_rate < 0.004  # two looks of six by exchanges; the rest need a tenth
    assert "atlas" in verdict.sentence
    for figure in verdict.further:
        if figure.name.startswith("AUROC"):
            assert figure.low < 0.5 < figure.high


def test_warnings_of_clean_samples_are_as_rare_as_declared(world: Callable, draw: Callable) -> None:
    safeguard = Ood(false_alarm_rate=0.05, warn_above=0.0)
    num_draws = 200
    verdicts = [
        safeguard.question(world(150, seed, atlas=draw(np.random.default_rng([seed, 2]), 120)))[0]
        for seed in range(num_draws)
    ]
    claimed = verdicts[0].false_alarm_rate
    assert 0.02 < claimed <= 0.05
    assert {verdict.false_alarm_rate for verdict in verdicts} == {claimed}
    warned = sum(verdict.answer is not Answer.PASS for verdict in verdicts)
    low, high = stats.binomtest(warned, num_draws).proportion_ci()
    # Bonferroni: the rate lies between that of one look and the sum of all six.
    assert low <= claimed
    assert high >= claimed / 6


@pytest.mark.parametrize("plant", [units, dead_channel, permuted])
@pytest.mark.parametrize("num", [20, 500])
def test_far_events_always_fail(plant: Callable, num: int, world: Callable, draw: Callable) -> None:
    for seed in range(5):
        planted = plant(draw(np.random.default_rng([seed, 3]), num))
        (verdict,) = Ood().question(world(500, seed, atlas=planted))
        assert verdict.answer is Answer.FAIL
        assert verdict.figure.value > 0.5
        assert verdict.figure.low <= verdict.figure.value <= verdict.figure.high


def test_events_that_are_not_numbers_fail(world: Callable, draw: Callable) -> None:
    columns = draw(np.random.default_rng(4), 60)
    columns[:40, 1] = np.nan
    (verdict,) = Ood().question(world(300, 4, atlas=columns))
    assert verdict.answer is Answer.FAIL
    assert min(fractions(verdict).values()) >= 40 / 60


def test_a_near_plant_of_a_few_events_is_seen(world: Callable, draw: Callable) -> None:
    safeguard = Ood(false_alarm_rate=0.01, warn_above=0.0)
    seen = 0
    for seed in range(25):
        rng = np.random.default_rng([seed, 5])
        columns = draw(rng, 500)
        columns[:25, 1] -= 4 * 60  # one in twenty, four sigma low in pT
        seen += safeguard.question(world(2000, seed, atlas=columns))[0].answer is not Answer.PASS
    assert seen >= 22


def test_the_raw_monitor_sees_what_the_representation_ignores(
    world: Callable, draw: Callable
) -> None:
    columns = draw(np.random.default_rng(6), 500)
    columns[:, 0] += 4.0
    (verdict,) = Ood().question(world(1000, 6, atlas=columns))
    above = fractions(verdict)
    assert verdict.answer is Answer.FAIL
    assert "raw" in verdict.sentence
    assert "latent" not in verdict.sentence
    assert min(above["raw Mahalanobis"], above["raw neighbours"]) > 0.5
    assert max(above["latent Mahalanobis"], above["latent neighbours"]) < 0.09
    separation = {figure.name: figure for figure in verdict.further if "AUROC" in figure.name}
    assert separation["AUROC target against source, raw Mahalanobis"].low > 0.9
    assert separation["AUROC target against source, latent Mahalanobis"].high < 0.6


def test_a_mild_shift_warns_and_does_not_fail(world: Callable, draw: Callable) -> None:
    columns = draw(np.random.default_rng(7), 600)
    columns[:, 1] += 1.5 * 60
    (verdict,) = Ood().question(world(1000, 7, atlas=columns))
    assert verdict.answer is Answer.WARN
    assert verdict.threshold < verdict.figure.value < 0.5


def batches(draw, num_bad, plant, num=6):
    blocks = [draw(np.random.default_rng([at, 20]), 150) for at in range(num)]
    return np.concatenate([plant(b) if at < num_bad else b for at, b in enumerate(blocks)])


@pytest.mark.parametrize("plant", [units, dead_channel])
def test_the_bad_run_period_is_named(plant: Callable, world: Callable, draw: Callable) -> None:
    # One period of six is too little for the four monitors' look at the whole sample.
    ood = Ood(num_periods=6, warn_above=0.25)
    (verdict,) = ood.question(world(800, 20, atlas=batches(draw, 1, plant)))
    assert verdict.answer is Answer.FAIL
    assert "too many are unlike in block 1 of 6." in verdict.sentence
    assert verdict.figure.value > 0.9
    assert all(fraction < 0.25 for fraction in fractions(verdict).values())


def test_periods_are_named_by_a_truth(world: Callable, draw: Callable) -> None:
    view = world(400, 21, atlas=draw(np.random.default_rng(21), 400))
    table = view.events("atlas", "test")
    number = np.arange(400) % 4
    columns = np.where(number[:, None] == 2, units(view.samples["atlas", "test"]), table.p4)
    view.samples["atlas", "test"] = columns
    view.truth = {"run": torch.from_numpy(number)}
    (verdict,) = Ood(period="run", warn_above=0.3).question(view)
    assert "too many are unlike in run 2." in verdict.sentence
    with pytest.raises(NotThereError, match="no period 'week'"):
        Ood(period="week").question(view)


def test_warnings_of_clean_periods_are_as_rare_as_declared(world: Callable, draw: Callable) -> None:
    ood = Ood(false_alarm_rate=0.1, warn_above=0.0, num_periods=3)
    verdicts = [
        ood.question(world(120, seed, atlas=draw(np.random.default_rng([seed, 22]), 120)))[0]
        for seed in range(60)
    ]
    assert {0.05 < verdict.false_alarm_rate <= 0.1 for verdict in verdicts} == {True}
    warned = sum(verdict.answer is not Answer.PASS for verdict in verdicts)
    assert stats.binom.sf(warned - 1, 60, 0.1) > 0.001


def test_a_period_that_is_too_short_never_passes(world: Callable, draw: Callable) -> None:
    columns = draw(np.random.default_rng(23), 60)
    (verdict,) = Ood(num_periods=30).question(world(400, 23, atlas=columns))
    assert (verdict.answer, verdict.false_alarm_rate) == (Answer.WARN, 1.0)
    assert "too few events to say anything of block 1 of 30" in verdict.sentence


def test_the_discrepancy_sees_what_no_tail_has(world: Callable, draw: Callable) -> None:
    columns = draw(np.random.default_rng(24), 800)
    columns = MEAN + 0.3 * (columns - MEAN)
    (verdict,) = Ood().question(world(1000, 24, atlas=columns))
    assert verdict.answer is Answer.WARN
    assert max(fractions(verdict).values()) < 0.02
    assert verdict.figure.name.endswith("MMD")
    assert verdict.threshold < verdict.figure.value


def test_every_target_domain_has_its_verdict(world: Callable, draw: Callable) -> None:
    rng = np.random.default_rng(8)
    view = world(400, 8, atlas=draw(rng, 300), calo=units(draw(rng, 300)))
    first, second = Ood().question(view)
    assert (first.safeguard, first.answer) == ("ood: atlas", Answer.PASS)
    assert (second.safeguard, second.answer) == ("ood: calo", Answer.FAIL)
    assert view.reads == [
        ("cms", "train"),
        ("cms", "validation"),
        ("atlas", "test"),
        ("calo", "test"),
    ]


def test_too_few_target_events_never_pass(world: Callable, draw: Callable) -> None:
    for num in (0, 1):
        (verdict,) = Ood().question(world(300, 9, atlas=draw(np.random.default_rng(9), num)))
        assert verdict.answer is Answer.WARN
        assert verdict.false_alarm_rate == 1
        assert "too few" in verdict.sentence


def test_only_the_first_events_are_used(world: Callable, draw: Callable) -> None:
    columns = draw(np.random.default_rng(10), 900)
    columns[200:] *= 1000
    (verdict,) = Ood(max_events=200).question(world(400, 10, atlas=columns))
    assert verdict.answer is Answer.PASS
    assert "200 events" in verdict.sentence


def test_pictures_show_all_events_of_source_and_target(world: Callable, draw: Callable) -> None:
    columns = units(draw(np.random.default_rng(11), 100))
    (verdict,) = Ood().question(world(300, 11, atlas=columns))
    assert [picture.title.split()[0] for picture in verdict.pictures] == ["latent", "raw"]
    for picture in verdict.pictures:
        source, target, limit = picture.lines
        assert picture.x_log
        assert sum(source.y) == pytest.approx(1)
        assert sum(target.y) == pytest.approx(1)
        assert len(source.x) == len(source.y) + 1
        wholly = sum(y for x, y in zip(source.x[:-1], source.y, strict=True) if x > limit.x[0])
        partly = sum(y for x, y in zip(source.x[1:], source.y, strict=True) if x > limit.x[0])
        assert wholly <= 15 / 301 <= partly


def test_a_verdict_survives_its_json(world: Callable, draw: Callable) -> None:
    (verdict,) = Ood().question(world(300, 12, atlas=draw(np.random.default_rng(12), 100)))
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_the_same_run_gives_the_same_verdict(world: Callable, draw: Callable) -> None:
    made = [
        Ood().question(world(300, 13, atlas=draw(np.random.default_rng(13), 100)))[0]
        for _ in range(2)
    ]
    assert made[0].to_json() == made[1].to_json()


def test_a_source_that_is_too_small_is_refused(world: Callable, draw: Callable) -> None:
    columns = draw(np.random.default_rng(14), 50)
    with pytest.raises(TooFewEventsError, match="needs 19 events of cms's validation split"):
        Ood().question(world(18, 14, atlas=columns))
    Ood().question(world(19, 14, atlas=columns))
    with pytest.raises(TooFewEventsError, match="needs 21 events of cms's train split"):
        Ood(neighbours=20).question(world(20, 14, atlas=columns))


def test_a_source_that_is_not_finite_is_refused(world: Callable, draw: Callable) -> None:
    view = world(100, 16, atlas=draw(np.random.default_rng(16), 50))
    view.samples["cms", "validation"][:3, 0] = np.inf
    with pytest.raises(NotFiniteError, match="cms's validation split, where 3 events have raw"):
        Ood().question(view)


def test_a_run_without_observables_is_refused(world: Callable, draw: Callable) -> None:
    view = world(100, 15, atlas=draw(np.random.default_rng(15), 50))
    view.names = ()
    with pytest.raises(NoObservablesError, match="Choose some"):
        Ood().question(view)


@pytest.mark.parametrize(
    "setting",
    [
        {"event_rate": 0.0},
        {"event_rate": 1.0},
        {"false_alarm_rate": -0.1},
        {"warn_above": 1.1},
        {"fail_above": -0.5},
        {"neighbours": 0},
        {"max_events": 0},
        {"num_periods": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(setting: dict[str, float]) -> None:
    (name,) = setting
    with pytest.raises(OutOfRangeError, match=f"{name}=.*\n.*Expected"):
        Ood(**setting)
