import numpy as np
import pytest

from vierbein.errors.records import BadRecordsError, NoEventsLeftError


def test_the_parts_are_disjoint_and_all_events_are_in_one(make_domain):
    domain = make_domain()
    parts = [domain.events(name).ids for name in ("train", "validation", "test")]
    assert sorted(np.concatenate(parts)) == list(range(0, 7000, 7))
    assert [len(part) for part in parts] == pytest.approx([400, 100, 500], abs=50)


def test_an_events_part_depends_on_its_number_alone(make_domain):
    few, many = make_domain(300), make_domain(1000)
    for name in ("train", "validation", "test"):
        assert set(few.events(name).ids) <= set(many.events(name).ids)


def test_a_limit_takes_the_first(make_domain):
    domain = make_domain()
    assert domain.events("test", 30).ids.tolist() == domain.events("test").ids[:30].tolist()


def test_records_are_converted_once(make_domain):
    first = make_domain()
    _ = first.table, first.events("test"), first.card
    assert first.dataset.num_reads == 1
    again = make_domain()
    assert len(again.table) == 1000
    assert again.dataset.num_reads == 0
    for other in (make_domain(999), make_domain(cuts=["number >= 0"]), make_domain(bad=[3])):
        assert other.folder != first.folder


def test_features_in_another_order_are_other_columns(make_domain):
    folders = set()
    for names in ("energy number", "number energy"):
        domain = make_domain()
        mapping = domain.adapter.mapping.to_json() | {"features": {n: n for n in names.split()}}
        domain.adapter.mapping = type(domain.adapter.mapping).from_json(mapping)
        assert domain.table.schema.names == tuple(names.split())
        folders.add(domain.folder)
    assert len(folders) == 2


def test_a_bad_record_is_named_and_nothing_is_kept(make_domain):
    domain = make_domain(bad=[250, 260])
    with pytest.raises(
        BadRecordsError, match=r"listed\.file, entry 250 \(and 1 more here\): column 'energy'"
    ):
        _ = domain.table
    assert list(domain.cache_folder.iterdir()) == []


def test_bad_records_are_set_aside_and_counted_where_the_user_says_so(make_domain):
    bad = [0, 99, 250, *range(900, 1000)]
    domain = make_domain(bad=bad, bad_records="set_aside")
    assert set(domain.table.ids) == set(range(0, 7000, 7)) - {7 * entry for entry in bad}
    assert (domain.card["set_aside"], domain.card["num_events"]) == (103, 897)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cuts": ["number < 0"]}, "none of 150 records .* 0 were set aside .* 150 failed"),
        ({"bad": range(150), "bad_records": "set_aside"}, "150 were set aside .* 0 failed"),
    ],
)
def test_where_no_event_is_left_the_reason_is_said(make_domain, settings, words):
    domain = make_domain(150, **settings)
    with pytest.raises(NoEventsLeftError, match=f"(?s){words}"):
        _ = domain.table
    assert not domain.folder.exists()
