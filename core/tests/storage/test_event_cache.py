"""Events go into the cache a batch at a time, and come out of it bit for bit, or not at all."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from vierbein.errors.files import HashMismatchError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.storage.event_cache import card_of, open_table, write_table


def batch(*lengths: int, first_id: int = 0) -> EventBatch:
    rng = torch.Generator().manual_seed(first_id)
    num, num_events = sum(lengths), len(lengths)
    return EventBatch(
        FeatureSchema((Feature("charge"),)),
        torch.randn(num, 4, generator=rng),
        torch.randn(num, 1, generator=rng),
        torch.tensor([0, *torch.tensor(lengths, dtype=torch.long).cumsum(0).tolist()]),
        truth={"label": torch.arange(num_events)},
        event_id=first_id + torch.arange(num_events),
        domain="cms",
    )


def test_batches_together_are_the_table_even_where_some_are_empty(tmp_path: Path) -> None:
    batches = [batch(), batch(2, 0, 1, first_id=5), batch(first_id=8), batch(3, first_id=8)]
    events = write_table(tmp_path / "cache", batches, {}).take()
    expected = EventBatch.concatenate([batches[1], batches[3]])
    for name in ("p4", "features", "offsets", "event_features", "event_weight", "event_id"):
        assert torch.equal(getattr(events, name), getattr(expected, name)), name
    assert torch.equal(events.truth["label"], expected.truth["label"])
    assert (events.schema, events.domain) == (expected.schema, "cms")


def test_columns_without_width_and_codes_of_particles_come_back(tmp_path: Path) -> None:
    schema = FeatureSchema((), (Feature("radius", "cm"),))
    events = EventBatch(
        schema,
        torch.randn(3, 4),
        torch.zeros(3, 0),
        torch.tensor([0, 0, 3]),
        pdg=torch.tensor([211, -11, 22]),
        event_features=torch.tensor([[0.5], [1.5]]),
        event_weight=torch.tensor([-1.0, 2.0]),
        event_id=torch.tensor([2**62, -5]),
    )
    write_table(tmp_path / "cache", [events], {})
    table = open_table(tmp_path / "cache")
    found = table.take()
    assert found.features.shape == (3, 0)
    assert found.pdg is not None
    assert found.pdg.tolist() == [211, -11, 22]
    assert found.event_features.tolist() == [[0.5], [1.5]]
    assert table.weights.tolist() == [-1.0, 2.0]
    assert table.ids.tolist() == [2**62, -5]
    assert table.schema == schema


def test_events_without_any_particle_come_back(tmp_path: Path) -> None:
    table = write_table(tmp_path / "cache", [batch(0, 0), batch(0, first_id=2)], {})
    assert table.num_particles.tolist() == [0, 0, 0]
    assert table.take(np.array([2])).p4.shape == (0, 4)


def test_columns_are_mapped_and_not_read(tmp_path: Path) -> None:
    table = write_table(tmp_path / "cache", [batch(2, 1)], {})
    for column in (table.p4, table.features, table.offsets, table.truth["label"]):
        assert isinstance(column, np.memmap)
        assert not column.flags.writeable


def test_one_batch_is_held_at_a_time(tmp_path: Path) -> None:
    seen: list[weakref.ref[EventBatch]] = []
    alive: list[int] = []

    def stream() -> Iterator[EventBatch]:
        for number in range(6):
            gc.collect()
            alive.append(sum(ref() is not None for ref in seen))
            made = batch(3, 1, first_id=2 * number)
            seen.append(weakref.ref(made))
            yield made
            del made

    assert len(write_table(tmp_path / "cache", stream(), {})) == 12
    assert max(alive) <= 1


def test_the_card_is_read_after_the_last_batch(tmp_path: Path) -> None:
    card = {"set_aside": 0}

    def stream() -> Iterator[EventBatch]:
        yield batch(2)
        card["set_aside"] += 3

    write_table(tmp_path / "cache", stream(), card)
    said = card_of(tmp_path / "cache")
    assert (said["set_aside"], said["num_events"]) == (3, 1)
    assert set(said["sha256"]) >= {"p4", "offsets", "event_id", "truth.label"}


def test_a_stream_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def stream() -> Iterator[EventBatch]:
        yield batch(2)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        write_table(tmp_path / "cache", stream(), {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("column", ["p4", "features", "offsets", "event_id", "truth.label"])
@pytest.mark.parametrize("place", [0, -1])
def test_a_flipped_bit_is_refused_by_the_columns_name(
    tmp_path: Path, column: str, place: int
) -> None:
    write_table(tmp_path / "cache", [batch(2, 1)], {})
    file = tmp_path / "cache" / column
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    with pytest.raises(HashMismatchError, match=rf"{column}: refused"):
        open_table(tmp_path / "cache")


def test_a_column_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    write_table(tmp_path / "cache", [batch(2, 1)], {})
    file = tmp_path / "cache" / "p4"
    file.write_bytes(file.read_bytes()[:-16])
    with pytest.raises(HashMismatchError, match="p4"):
        open_table(tmp_path / "cache")
