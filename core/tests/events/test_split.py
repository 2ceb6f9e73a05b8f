import numpy as np
import pytest

from vierbein.events.split import split, uniform

FRACTIONS = {"train": 0.7, "validation": 0.1, "test": 0.2}
IDS = np.arange(100_000) * 7 + 3


def test_numbers_are_uniform_and_depend_on_the_salt() -> None:
    numbers = uniform(IDS)
    counts = np.histogram(numbers, bins=100, range=(0, 1))[0]
    chi2 = ((counts - 1000) ** 2 / 1000).sum()
    assert 60 < chi2 < 145  # 99 degrees of freedom: 99 +- 14
    assert abs(np.corrcoef(numbers, uniform(IDS, salt=1))[0, 1]) < 5 / np.sqrt(len(IDS))


def test_a_number_never_changes() -> None:
    # SplitMix64 seeded with 0 gives this first output (Vigna's reference implementation).
    assert uniform(np.array([0]))[0] == (0xE220A8397B1DCDAF >> 11) * 2.0**-53


def test_every_event_is_in_one_part() -> None:
    parts = split(IDS, FRACTIONS)
    together = np.concatenate([*parts.values()])
    assert np.array_equal(np.sort(together), np.arange(len(IDS)))


def test_fractions_hold_within_binomial_errors() -> None:
    for name, events in split(IDS, FRACTIONS).items():
        fraction = FRACTIONS[name]
        error = np.sqrt(fraction * (1 - fraction) / len(IDS))
        assert abs(len(events) / len(IDS) - fraction) < 4 * error


def test_the_order_of_a_file_changes_nothing() -> None:
    shuffled = np.random.default_rng(5).permutation(IDS)
    ours, theirs = split(IDS, FRACTIONS), split(shuffled, FRACTIONS)
    for name in FRACTIONS:
        assert np.array_equal(IDS[ours[name]], shuffled[theirs[name]])


def test_more_events_move_none_to_another_part() -> None:
    few, many = split(IDS[:1000], FRACTIONS), split(IDS, FRACTIONS)
    for name in FRACTIONS:
        assert set(few[name]) <= set(many[name])
        assert [e for e in many[name] if e < 1000] == few[name].tolist()


def test_negative_ids_and_no_ids_are_legal() -> None:
    assert sum(map(len, split(np.array([-1, -2, 2**62]), FRACTIONS).values())) == 3
    assert all(len(part) == 0 for part in split(np.array([], np.int64), FRACTIONS).values())


@pytest.mark.parametrize("name", FRACTIONS)
def test_parts_are_shuffled(name: str) -> None:
    part = split(IDS, FRACTIONS)[name]
    assert abs(np.corrcoef(part, np.arange(len(part)))[0, 1]) < 5 / np.sqrt(len(part))
