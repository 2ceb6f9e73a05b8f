"""Fractions of classes are found whatever the classifier; two estimates agree as often as said."""

import numpy as np
import pytest
from scipy import stats

from vierbein_safeguards.fractions import Difference, Resampled, estimate
from vierbein_safeguards.two_class_world import Drawn, draw


def compared(labelled: Drawn, test: Drawn, replicas: int, rng: np.random.Generator) -> Difference:
    resampled = Resampled.drawn(len(labelled.classes), len(test.classes), replicas, rng)
    first = estimate(labelled.first, labelled.classes, test.first, resampled)
    second = estimate(labelled.second, labelled.classes, test.second, resampled)
    return Difference((first,), (second,))


def test_a_mixture_of_three_classes_is_solved_exactly() -> None:
    response = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]])
    labelled, classes = np.repeat(response, 5, axis=0), np.repeat(np.arange(3), 5)
    truth = np.array([0.5, 0.2, 0.3])
    unlabelled = np.repeat(response, [50, 20, 30], axis=0)
    resampled = Resampled.drawn(15, 100, 50, np.random.default_rng(0))
    found = estimate(labelled, classes, unlabelled, resampled)
    np.testing.assert_allclose(found.values, truth, atol=1e-12)


def test_another_mixture_is_found_by_a_classifier_that_is_wrong_about_it() -> None:
    rng = np.random.default_rng(1)
    labelled, test = draw(2000, 0.5, rng), draw(20000, 0.1, rng)
    naive = test.first[:, 1].mean()
    resampled = Resampled.drawn(2000, 20000, 100, rng)
    found = estimate(labelled.first, labelled.classes, test.first, resampled)
    figure = found.figure("fraction", 1)
    assert figure.low < test.classes.mean() < figure.high
    assert naive > 0.2 > figure.high


def test_a_classifier_without_knowledge_has_no_separation() -> None:
    rng = np.random.default_rng(2)
    labelled, test = draw(300, 0.5, rng), draw(300, 0.5, rng)
    shuffled = labelled.first[rng.permutation(300)]
    resampled = Resampled.drawn(300, 300, 200, rng)
    assert estimate(shuffled, labelled.classes, test.first, resampled).separation < 4
    assert estimate(labelled.first, labelled.classes, test.first, resampled).separation > 10
    constant = np.full((300, 2), 0.5)
    assert estimate(constant, labelled.classes, constant, resampled).separation == 0


def test_p_values_are_uniform_where_nothing_is_wrong_and_errors_are_those_of_pairs() -> None:
    rng = np.random.default_rng(3)
    num = 150
    found = [compared(draw(200, 0.5, rng), draw(600, 0.3, rng), 200, rng) for _ in range(num)]
    p = np.array([each.p_value("p").value for each in found])
    assert stats.kstest(p, "uniform").pvalue > 0.01
    low, high = stats.binomtest(int((p <= 0.05).sum()), num).proportion_ci(0.99)
    assert low <= 0.05 <= high
    scatter = np.std([each.values[0, 1] for each in found])
    assert np.mean([each.error[0, 1] for each in found]) == pytest.approx(scatter, rel=0.15)
    alone = [np.hypot(each.first[0].error[1], each.second[0].error[1]) for each in found]
    assert np.mean(alone) > 1.3 * scatter


def test_looking_at_many_samples_is_paid_for() -> None:
    rng = np.random.default_rng(4)
    num, alarms = 60, 0
    for _ in range(num):
        labelled, test = draw(400, 0.5, rng), draw(800, 0.5, rng)
        resampled = Resampled.drawn(400, 800, 200, rng)
        both = []
        for part in range(4):
            a, b = np.arange(400) % 4 == part, np.arange(800) % 4 == part
            both.append(
                [
                    estimate(known[a], labelled.classes[a], asked[b], resampled.among(a, b))
                    for known, asked in (
                        (labelled.first, test.first),
                        (labelled.second, test.second),
                    )
                ]
            )
        first, second = zip(*both, strict=True)
        alarms += Difference(first, second).p_value("p").value <= 0.1
    low, high = stats.binomtest(alarms, num).proportion_ci(0.99)
    assert low <= 0.1 <= high


def test_equal_estimates_differ_by_nothing() -> None:
    rng = np.random.default_rng(5)
    labelled, test = draw(100, 0.5, rng), draw(100, 0.5, rng)
    resampled = Resampled.drawn(100, 100, 100, rng)
    same = estimate(labelled.first, labelled.classes, test.first, resampled)
    difference = Difference((same,), (same,))
    assert (difference.pulls == 0).all()
    assert difference.p_value("p").value == 1
