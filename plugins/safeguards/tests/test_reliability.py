"""Calibration finds the temperature that was planted, and errors are those of fluctuation."""

import numpy as np
import pytest

from vierbein_safeguards.reliability import (
    Isotonic,
    Temperature,
    calibration_error,
    calibration_noise,
    reliability,
)
from vierbein_safeguards.sources import Sources


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def draw(num: int, too_sharp: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw classes by three probabilities; the network's logits are larger by a factor."""
    rng = np.random.default_rng(seed)
    logits = 1.5 * rng.normal(size=(num, 3))
    classes = (rng.random((num, 1)) > softmax(logits).cumsum(axis=1)).sum(axis=1)
    return softmax(too_sharp * logits), classes


def test_the_temperature_is_found() -> None:
    probabilities, classes = draw(5000, 2.5, 0)
    temperature = Temperature()
    temperature.fit(probabilities, classes)
    assert temperature.temperature == pytest.approx(2.5, rel=0.1)
    np.testing.assert_allclose(temperature.apply(probabilities).sum(axis=1), 1)


@pytest.mark.parametrize("calibrator", [Temperature(), Isotonic()])
def test_held_out_events_are_calibrated_to_what_fluctuation_leaves(
    calibrator: Temperature | Isotonic,
) -> None:
    probabilities, classes = draw(3000, 2.5, 1)
    before = calibration_error("before", probabilities, classes)
    corrected = calibrator.held_out(probabilities, classes, 5)
    after, noise = calibration_error("after", corrected, classes), calibration_noise("", corrected)
    assert before.low > 0.1
    assert after.value < noise.high + 0.01
    assert after.high < before.low


def test_true_probabilities_err_by_fluctuation_only() -> None:
    probabilities, classes = draw(1000, 1.0, 2)
    noise = calibration_noise("noise", probabilities)
    assert noise.low <= calibration_error("error", probabilities, classes).value <= noise.high
    line = reliability("network", probabilities, classes)
    assert line.low is not None
    assert line.high is not None
    covers = [low <= x <= high for low, x, high in zip(line.low, line.x, line.high, strict=True)]
    assert len(covers) == 10
    assert sum(covers) >= 4  # bars are one standard deviation


def test_the_scatter_of_bases_is_told_from_that_of_seeds() -> None:
    rng = np.random.default_rng(3)
    of_bases = rng.normal(size=(400, 1)) * 0.3
    found = Sources(of_bases + 0.4 * rng.normal(size=(400, 4)))
    assert found.within == pytest.approx(0.4, rel=0.06)
    assert found.between == pytest.approx(0.3, rel=0.12)
    alike = Sources(np.array([[0.1, 0.3], [0.3, 0.1], [0.2, 0.2]]))
    assert alike.between == 0
    for figure in (*found.figures("answer"), *alike.figures("answer")):
        assert figure.low <= figure.value <= figure.high


def test_intervals_of_the_sources_cover() -> None:
    rng, num = np.random.default_rng(4), 400
    held = 0
    for _ in range(num):
        answers = rng.normal(size=(3, 1)) + 0.3 * rng.normal(size=(3, 2))
        _, between = Sources(answers).figures("answer")
        held += between.low <= 1.0 <= between.high
    assert 0.91 <= held / num <= 0.98
