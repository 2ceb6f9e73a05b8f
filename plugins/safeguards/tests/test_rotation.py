"""Rotation covers what one base is blind to, and sees where two bases select different events."""

import numpy as np
import pytest
from scipy import stats

from vierbein.interfaces.safeguard import Answer, Moment
from vierbein_safeguards.errors import NotThereError, OutOfRangeError
from vierbein_safeguards.linear_view import COLUMNS, LinearView, direction
from vierbein_safeguards.rotation import Rotation
from vierbein_safeguards.search import Search, Sight
from vierbein_safeguards.selections import chance_overlap, disagreement, most_anomalous, overlap
from vierbein_safeguards.sideband import sideband_p

SETTINGS = {"num_toys": 1000, "num_injections": 30, "sample_size": 500}
SHARE = 0.05
FIRST, SECOND = range(COLUMNS // 2), range(COLUMNS // 2, COLUMNS)


def asked(view, **settings):
    (verdict,) = Rotation(**{**SETTINGS, **settings}).question(view)
    return verdict, {figure.name: figure for figure in verdict.further}


def turning(lost, signals, **settings):
    sizes = {"num_events": 1000, "num_signal": 400, "seeds": range(5), "is_exact": True}
    return LinearView(0, lost, signals, **{**sizes, "bases": ("own", "second"), **settings})


def test_it_asks_after_the_comparison():
    assert Rotation.moment is Moment.COMPARED


def test_bases_that_see_all_pass():
    verdict, further = asked(turning({}, {"first": direction(1.0)}))
    assert verdict.answer is Answer.PASS
    assert verdict.figure.low < 1.1 < verdict.figure.high * 1.2
    assert further["overlap of own and second"].value == 1.0
    assert further["pairs of events that two bases order differently"].value < 0.001


def test_rotation_covers_what_the_own_base_is_blind_to():
    verdict, further = asked(turning({"own": [9]}, {"hidden": direction(0.0)}))
    assert verdict.answer is Answer.WARN
    assert "own is blind to hidden" in verdict.sentence
    assert further["largest BSR of own, hidden"].low > 1.5
    assert further["largest BSR of rotation, hidden"].value == pytest.approx(1.0, abs=0.15)


def test_what_all_bases_are_blind_to_fails():
    lost = {"own": [9], "second": [9]}
    verdict, _ = asked(turning(lost, {"hidden": direction(0.0)}))
    assert verdict.answer is Answer.FAIL
    assert "All share a blind spot" in verdict.sentence


def test_selections_that_have_nothing_in_common_are_a_warning():
    lost = {"own": FIRST, "second": SECOND}
    signals = {"both": np.ones(COLUMNS) / np.sqrt(COLUMNS)}
    verdict, further = asked(turning(lost, signals, num_events=3000), threshold=4.0)
    assert verdict.answer is Answer.WARN
    assert "find different events anomalous" in verdict.sentence
    found = further["overlap of own and second"]
    assert found.low < chance_overlap(SHARE) < found.high < 3 * chance_overlap(SHARE)


@pytest.mark.parametrize(
    ("view", "lacking"),
    [
        (LinearView(0, bases=("own",)), "one base alone"),
        (LinearView(0, {}, {}, num_events=300), "no bank of signals"),
        (LinearView(0, num_events=50), "50 test events are too few"),
        (LinearView(0, seeds=(0, 1)), "2 seeds do not tell"),
    ],
)
def test_what_the_run_does_not_have_is_a_warning(view, lacking):
    verdict, _ = asked(view)
    assert verdict.answer is Answer.WARN
    assert lacking in verdict.sentence
    assert verdict.false_alarm_rate == 1.0


def test_look_elsewhere_is_paid_for():
    rng = np.random.default_rng(0)
    several = [rng.normal(size=(1000, 4)) for _ in range(4)]
    search = Search(several, 400, 2000, seed=0)
    seen = int((search.empty(2000, seed=1) > np.quantile(search.null, 0.95)).sum())
    rate = stats.binomtest(seen, 2000).proportion_ci(0.999)
    assert rate.low <= 0.05 <= rate.high
    # Each of the four alone would be passed as often.
    alone = [Search([one], 400, 2000, seed=k) for k, one in enumerate(several)]
    assert np.quantile(search.null, 0.95) > max(np.quantile(a.null, 0.95) for a in alone)


def test_two_networks_select_other_collisions_and_one_sculpts_the_spectrum():
    """The case of arXiv:2603.23593: small and large network, same data, same loss."""
    rng = np.random.default_rng(0)
    mass = 200 + rng.exponential(150, 40_000)
    small, large = rng.normal(size=(2, 40_000, 5))
    large *= 1 + 0.5 * np.exp(-(((mass - 450) / 60) ** 2))[:, None]
    one, two = (most_anomalous(Sight(x).distances(x), 0.03) for x in (small, large))
    assert overlap("", [(one, two)]).low < chance_overlap(0.03) < overlap("", [(one, two)]).high
    edges, region = np.linspace(200, 900, 36), (430.0, 470.0)
    assert sideband_p(mass, edges, region) > 0.01
    assert sideband_p(mass[one], edges, region) > 0.01
    assert sideband_p(mass[two], edges, region) < 1e-6


def test_p_of_a_smooth_spectrum_is_uniform():
    rng = np.random.default_rng(1)
    edges = np.linspace(200, 600, 21)
    found = [sideband_p(200 + rng.exponential(150, 4000), edges, (380, 420)) for _ in range(200)]
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_a_spectrum_too_poor_to_be_fitted_says_nothing():
    assert sideband_p(np.array([210.0, 220.0]), np.linspace(200, 600, 21), (380, 420)) == 1.0


def test_an_interval_of_an_overlap_covers_chance():
    rng = np.random.default_rng(2)
    found = [
        overlap("", [(most_anomalous(one, SHARE), most_anomalous(two, SHARE))])
        for one, two in rng.normal(size=(200, 2, 1000))
    ]
    covered = sum(each.low <= chance_overlap(SHARE) <= each.high for each in found)
    assert covered >= 0.88 * 200


def test_disagreement_of_known_orders():
    scores = np.arange(50.0)[:, None]
    assert disagreement(scores, scores) == 0.0
    assert disagreement(scores, -scores) == 1.0
    assert disagreement(scores, np.zeros((50, 1))) == 0.5


def test_a_spectrum_that_the_run_does_not_have_is_named():
    with pytest.raises(NotThereError, match="no observable 'mass'"):
        asked(turning({}, {"first": direction(1.0)}), spectrum="mass")


@pytest.mark.parametrize("setting", ["threshold", "top_share", "least_overlap"])
def test_settings_that_make_no_sense_are_refused(setting):
    with pytest.raises(OutOfRangeError, match=setting):
        Rotation(**{setting: 0.0})
