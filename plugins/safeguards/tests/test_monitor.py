"""OOD scores against closed forms."""

import numpy as np
import pytest

from vierbein_safeguards.monitor import Mahalanobis, Neighbours


def test_mahalanobis_of_a_gaussian_is_the_number_of_sigmas() -> None:
    rng = np.random.default_rng(0)
    sigma = np.array([1.0, 100.0, 1e-3])
    monitor = Mahalanobis(rng.normal(size=(50_000, 3)) * sigma)
    assert monitor.scores(np.diag(4 * sigma)) == pytest.approx(4.0, rel=0.02)
    assert monitor.scores(np.zeros((1, 3)))[0] < 0.05


def test_mahalanobis_sees_a_broken_correlation_and_the_unshrunk_scale() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(size=20_000)
    monitor = Mahalanobis(np.stack([first, first + 0.1 * rng.normal(size=20_000)], axis=1))
    along, across = monitor.scores(np.array([[1.0, 1.0], [1.0, -1.0]]))
    assert along == pytest.approx(1.0, rel=0.05)
    assert across == pytest.approx(20.0, rel=0.1)


def test_scores_do_not_depend_on_units() -> None:
    rng = np.random.default_rng(2)
    train, events = rng.normal(size=(300, 4)), rng.normal(size=(20, 4))
    scale = np.array([1e-3, 1.0, 1e3, 1e6])
    for make in (Mahalanobis, lambda columns: Neighbours(columns, 5)):
        plain, scaled = make(train).scores(events), make(train * scale).scores(events * scale)
        assert plain == pytest.approx(scaled, rel=1e-9)


def test_neighbours_counts_to_k() -> None:
    train = np.arange(11.0)[:, None]
    sigma = train.std()
    assert Neighbours(train, 1).scores(np.array([[5.0]])) == pytest.approx(0)
    assert Neighbours(train, 3).scores(np.array([[5.0], [13.0]])) * sigma == pytest.approx([1, 5])


def test_neighbours_sees_the_hole_that_mahalanobis_cannot() -> None:
    angle = np.random.default_rng(3).uniform(0, 2 * np.pi, 2000)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    centre = np.zeros((1, 2))
    assert Mahalanobis(ring).scores(centre)[0] < Mahalanobis(ring).scores(ring).min()
    assert Neighbours(ring, 10).scores(centre)[0] > 10 * Neighbours(ring, 10).scores(ring).max()


def test_a_constant_column_that_moves_is_seen() -> None:
    train = np.random.default_rng(4).normal(size=(500, 3)) * np.array([1, 1, 0])
    for monitor in (Mahalanobis(train), Neighbours(train, 10)):
        familiar = monitor.scores(train).max()
        assert monitor.scores(np.array([[0.0, 0.0, 50.0]]))[0] > familiar


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_a_number_is_infinitely_unfamiliar(value: float) -> None:
    train = np.random.default_rng(5).normal(size=(100, 2))
    events = np.array([[0.0, 0.0], [0.0, value]])
    for monitor in (Mahalanobis(train), Neighbours(train, 3)):
        scores = monitor.scores(events)
        assert np.isfinite(scores[0])
        assert scores[1] == np.inf
    assert len(Mahalanobis(train).scores(np.zeros((0, 2)))) == 0
