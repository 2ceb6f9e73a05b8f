from pathlib import Path

import pytest
import torch

from vierbein.errors.files import HashMismatchError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.storage.event_cache import open_table, write_table


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


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    write_table(tmp_path / "cache", [batch(2, 1)], {})
    file = tmp_path / "cache" / "p4"
    file.write_bytes(b"\1" + file.read_bytes()[1:])
    with pytest.raises(HashMismatchError, match="p4"):
        open_table(tmp_path / "cache")
