from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from vierbein.events.buckets import batches, padding_waste

# Multiplicities of jets: a normal distribution, clipped.
LENGTHS = np.clip(np.random.default_rng(1).normal(45, 20, 20_000).astype(int), 5, 128)


def rng(seed: int = 11) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("num", [0, 1, 255, 256, 257, 20_000])
@pytest.mark.parametrize("is_shuffled", [True, False])
def test_every_event_comes_once(num: int, is_shuffled: bool) -> None:
    parts = batches(LENGTHS[:num], 256, rng() if is_shuffled else None)
    together = np.concatenate([np.array([], int), *parts])
    assert np.array_equal(np.sort(together), np.arange(num))
    assert sum(len(part) < 256 for part in parts) <= 1


def test_padding_costs_at_most_five_per_cent() -> None:
    assert 1.0 < padding_waste(LENGTHS, batches(LENGTHS, 256, rng())) <= 1.05


@pytest.mark.parametrize("domain", ["cms", "atlas", "calo"])
def test_the_shipped_jets_are_padded_by_at_most_five_per_cent(domain: str) -> None:
    folder = Path(__file__).parents[3] / "plugins/collider/src/vierbein_collider/sample"
    if not (file := folder / f"{domain}.parquet").is_file():
        pytest.skip("the jets are shipped with the repository, not with the core alone")
    column = pq.read_table(file, columns=["part_pt"]).column(0).combine_chunks()
    lengths = np.diff(column.offsets.to_numpy()).astype(np.int64)
    assert len(lengths) >= 10_000
    for batch_size in (64, 128, 256):
        assert 1.0 < padding_waste(lengths, batches(lengths, batch_size, rng())) <= 1.05


def test_random_batches_would_cost_far_more() -> None:
    order = rng().permutation(len(LENGTHS))
    parts = [order[i : i + 256] for i in range(0, len(order), 256)]
    assert padding_waste(LENGTHS, parts) > 2


def test_the_order_is_a_function_of_the_seed() -> None:
    first, again, other = (batches(LENGTHS, 256, rng(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_batches_come_in_no_order_of_length() -> None:
    means = [LENGTHS[part].mean() for part in batches(LENGTHS, 64, rng())]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 4 / np.sqrt(len(means))


def test_evaluation_is_sorted_by_length() -> None:
    order = np.concatenate(batches(LENGTHS, 256, None))
    assert (np.diff(LENGTHS[order]) >= 0).all()
