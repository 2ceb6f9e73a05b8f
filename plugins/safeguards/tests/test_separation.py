"""AUROC with its interval, against a world where it is known."""

import numpy as np
import pytest
from scipy import stats

from vierbein_safeguards.separation import auroc


def test_known_values() -> None:
    assert auroc("a", np.array([1.0, 2.0]), np.array([3.0, np.inf])).value == 1
    assert auroc("a", np.array([3.0, 4.0]), np.array([1.0, 2.0])).value == 0
    assert auroc("a", np.ones(5), np.ones(7)).value == pytest.approx(0.5)
    assert auroc("a", np.array([1.0, 3.0]), np.array([2.0, 4.0])).value == pytest.approx(0.75)


def test_the_interval_has_a_width_at_the_edges_and_shrinks() -> None:
    for num, width in ((10, 0.35), (1000, 0.005)):
        perfect = auroc("a", np.zeros(num), np.ones(num))
        assert perfect.high == 1
        assert 0 < 1 - perfect.low < width
        assert auroc("a", np.ones(num), np.zeros(num)).high == pytest.approx(1 - perfect.low)


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.5])
def test_the_interval_covers(shift: float) -> None:
    truth = stats.norm.cdf(shift / np.sqrt(2))
    rng = np.random.default_rng(int(10 * shift))
    figures = [auroc("a", rng.normal(size=60), shift + rng.normal(size=80)) for _ in range(1000)]
    covered = sum(figure.low <= truth <= figure.high for figure in figures)
    assert 0.93 <= covered / 1000 <= 0.985
