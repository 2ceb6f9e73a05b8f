"""Adversarial words hold every case that is promised, on the grid, behind the ordinary ones."""

import numpy as np
import pytest

from vierbein.fixed_point.program import Program
from vierbein.fixed_point.vectors import adversarial
from vierbein.testing.made_program import PROGRAMS

PROGRAM: Program = PROGRAMS["sets"](0)
LOWEST, HIGHEST = PROGRAM.format.lowest, PROGRAM.format.highest


@pytest.fixture(scope="module")
def ordinary() -> np.ndarray:
    return np.random.default_rng(7).integers(LOWEST + 2, HIGHEST - 1, (20, *PROGRAM.shape))


@pytest.fixture(scope="module")
def hard(ordinary: np.ndarray) -> np.ndarray:
    return adversarial(PROGRAM, ordinary)


def among(event: np.ndarray, events: np.ndarray) -> bool:
    return bool((events == event).all((1, 2)).any())


def test_ordinary_ones_come_first_and_all_are_on_the_grid(ordinary, hard) -> None:
    assert np.array_equal(hard[: len(ordinary)], ordinary)
    assert (hard.min(), hard.max()) == (LOWEST, HIGHEST)
    assert hard.dtype == np.int64


def test_every_number_of_particles(ordinary, hard) -> None:
    for num in range(PROGRAM.shape[0] + 1):
        fewer = ordinary[0].copy()
        fewer[num:] = 0
        assert among(fewer, hard), num


def test_each_input_at_both_ends_alone_and_all_together(hard) -> None:
    for end in (LOWEST, HIGHEST):
        assert among(np.full(PROGRAM.shape, end), hard)
        for particle, feature in np.ndindex(*PROGRAM.shape):
            alone = np.zeros(PROGRAM.shape, np.int64)
            alone[particle, feature] = end
            assert among(alone, hard), (end, particle, feature)


def test_one_spacing_more_and_less_and_particles_in_reverse(ordinary, hard) -> None:
    for event in (ordinary[0] + 1, ordinary[0] - 1, ordinary[0][::-1]):
        assert among(event, hard)


def test_particles_in_random_order_stay_whole(ordinary) -> None:
    marked = np.zeros((8, *PROGRAM.shape), np.int64)
    marked[:] = np.arange(PROGRAM.shape[0])[None, :, None] * 3 + np.arange(3)
    found = adversarial(PROGRAM, marked)
    shuffled = found[-64 - 8 : -64]
    for event in shuffled:
        assert sorted(event.tolist()) == sorted(marked[0].tolist())
    assert len({str(event) for event in shuffled.tolist()}) > 2


def test_the_whole_grid_is_drawn_from_reproducibly(ordinary, hard) -> None:
    drawn = hard[-64:]
    assert len(np.unique(drawn)) == HIGHEST - LOWEST + 1
    assert np.array_equal(hard, adversarial(PROGRAM, ordinary))
    assert not np.array_equal(hard, adversarial(PROGRAM, ordinary, seed=1))


def test_one_event_without_particles_is_enough() -> None:
    none = np.zeros((1, *PROGRAM.shape), np.int64)
    assert len(adversarial(PROGRAM, none)) > 64
