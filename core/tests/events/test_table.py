import numpy as np
import torch

from vierbein.events.table import EventTable

LENGTHS = [3, 0, 1, 4, 2]


def test_a_table_gives_the_batch_that_it_was_made_of(make_events) -> None:
    events = make_events(LENGTHS)
    again = EventTable.of(events).take()
    for name in ("p4", "features", "offsets", "pdg", "event_features", "event_weight", "event_id"):
        assert torch.equal(getattr(again, name), getattr(events, name)), name
    assert torch.equal(again.truth["label"], events.truth["label"])
    assert (again.schema, again.domain) == (events.schema, events.domain)


def test_choices_of_choices_speak_of_the_same_events(make_events) -> None:
    table = EventTable.of(make_events(LENGTHS)).choose(np.array([4, 2, 0])).choose(np.array([2, 0]))
    assert len(table) == 2
    assert table.ids.tolist() == [1000, 1004]
    assert table.num_particles.tolist() == [3, 2]
    assert table.take().event_id.tolist() == [1000, 1004]
    assert table.take(np.array([1])).num_particles.tolist() == [2]


def test_columns_of_chosen_events_keep_their_order(make_events) -> None:
    events = make_events(LENGTHS)
    table = EventTable.of(events).choose(np.array([3, 1]))
    assert table.truths()["label"].tolist() == events.truth["label"][[3, 1]].tolist()
    assert table.weights.tolist() == events.event_weight[[3, 1]].double().tolist()
    assert table.weights.dtype == np.float64


def test_a_batch_of_a_mapped_file_is_a_copy(make_events, tmp_path) -> None:
    table = EventTable.of(make_events(LENGTHS))
    np.save(tmp_path / "p4.npy", table.p4)
    mapped = np.load(tmp_path / "p4.npy", mmap_mode="r+")
    batch = EventTable(**{**vars(table), "p4": mapped}).take(np.array([0]))
    batch.p4.zero_()
    assert np.array_equal(mapped, table.p4)
