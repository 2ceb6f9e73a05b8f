import pytest
import torch

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.batch import EventBatch, Padded
from vierbein.events.schema import FeatureSchema

LENGTHS = [3, 0, 1, 4]
FIELDS = ("p4", "features", "offsets", "pdg", "event_features", "event_weight", "event_id")


def _assert_same(ours: EventBatch, theirs: EventBatch) -> None:
    assert (ours.schema, ours.domain) == (theirs.schema, theirs.domain)
    for name in FIELDS:
        assert torch.equal(getattr(ours, name), getattr(theirs, name)), name
    assert ours.truth.keys() == theirs.truth.keys()
    for name, values in ours.truth.items():
        assert torch.equal(values, theirs.truth[name]), name


def test_flat_to_padded_and_back_is_exact(make_events) -> None:
    events = make_events(LENGTHS)
    again = EventBatch.from_padded(events.schema, events.padded, events.event_features)
    assert torch.equal(again.p4, events.p4)
    assert torch.equal(again.features, events.features)
    assert torch.equal(again.offsets, events.offsets)
    assert len(again) == len(events)


def test_padded_to_flat_and_back_is_exact(make_events) -> None:
    padded = make_events(LENGTHS).padded
    flat = EventBatch.from_padded(make_events(LENGTHS).schema, padded)
    again = EventBatch(flat.schema, flat.p4, flat.features, flat.offsets).padded
    for ours, theirs in ((again.p4, padded.p4), (again.features, padded.features)):
        assert torch.equal(ours, theirs)
    assert torch.equal(again.mask, padded.mask)


def test_the_mask_says_what_is_real_even_where_values_are_zero() -> None:
    mask = torch.tensor([[True, False, True]])
    padded = Padded(torch.zeros(1, 3, 4), torch.zeros(1, 3, 0), mask)
    events = EventBatch.from_padded(FeatureSchema(), padded)
    assert events.num_particles.tolist() == [2]
    assert events.p4.shape == (2, 4)


def test_flat_columns_of_a_padded_batch_are_made_only_when_read(make_events) -> None:
    events = make_events(LENGTHS)
    lazy = EventBatch.from_padded(events.schema, events.padded)
    doubled = lazy.map_features(events.schema, lambda features: features * 2)
    assert not {"p4", "features", "offsets"} & (vars(lazy).keys() | vars(doubled).keys())
    assert torch.equal(doubled.features, events.features * 2)
    assert "features" in vars(doubled)


def test_padding_is_made_once(make_events) -> None:
    events = make_events(LENGTHS)
    assert events.padded is events.padded


def test_mapping_features_is_the_same_in_both_layouts(make_events) -> None:
    events = make_events(LENGTHS)
    lazy = EventBatch.from_padded(events.schema, events.padded)

    def shifted(features: torch.Tensor) -> torch.Tensor:
        return features * 2 + 1

    ours = lazy.map_features(events.schema, shifted).padded.features
    theirs = events.map_features(events.schema, shifted).padded.features
    assert torch.equal(ours, theirs), "empty slots must stay zero"


def test_take_gives_events_in_the_order_asked(make_events) -> None:
    events = make_events(LENGTHS)
    chosen = events.take(torch.tensor([3, 1, 0, 3]))
    assert chosen.event_id.tolist() == [1003, 1001, 1000, 1003]
    assert chosen.num_particles.tolist() == [4, 0, 3, 4]
    assert torch.equal(chosen.p4[:4], events.p4[4:])
    assert torch.equal(chosen.features[4:7], events.features[:3])
    assert torch.equal(chosen.pdg[-4:], events.pdg[4:])
    assert chosen.truth["label"].tolist() == [1, 1, 0, 1]
    assert torch.equal(chosen.event_weight, events.event_weight[[3, 1, 0, 3]])


def test_leading_keeps_the_first_particles(make_events) -> None:
    events = make_events(LENGTHS)
    leading = events.leading(2)
    assert leading.num_particles.tolist() == [2, 0, 1, 2]
    assert torch.equal(leading.p4, events.p4[[0, 1, 3, 4, 5]])
    assert torch.equal(leading.pdg, events.pdg[[0, 1, 3, 4, 5]])
    _assert_same(events.leading(4), events)


def test_concatenate_undoes_take(make_events) -> None:
    events = make_events(LENGTHS)
    parts = [events.take(torch.tensor(part)) for part in ([0, 1], [2], [3])]
    _assert_same(EventBatch.concatenate(parts), events)


def test_concatenate_drops_particle_codes_that_not_all_have(make_events) -> None:
    events = make_events(LENGTHS)
    without = EventBatch(
        events.schema,
        events.p4,
        events.features,
        events.offsets,
        event_features=events.event_features,
        truth=events.truth,
    )
    assert EventBatch.concatenate([events, without]).pdg is None
    assert EventBatch.concatenate([without, events]).pdg is None


@pytest.mark.parametrize("lengths", [[0], [0, 0, 0]], ids=str)
def test_events_without_particles_keep_their_place(make_events, lengths: list[int]) -> None:
    events = make_events(lengths)
    assert events.padded.p4.shape == (len(lengths), 1, 4)
    assert not events.padded.mask.any()
    taken = events.take(torch.tensor([0]))
    assert taken.num_particles.tolist() == [0]
    assert events.leading(5).num_particles.tolist() == lengths
    assert len(EventBatch.concatenate([events, events])) == 2 * len(lengths)


def test_no_event_at_all_is_a_batch(make_events) -> None:
    none = make_events(LENGTHS).take(torch.tensor([], dtype=torch.long))
    assert len(none) == 0
    assert none.padded.mask.shape == (0, 1)


def test_a_narrower_type_leaves_whole_numbers_alone(make_events) -> None:
    moved = make_events(LENGTHS).to("cpu", torch.bfloat16)
    assert moved.p4.dtype == moved.features.dtype == torch.bfloat16
    assert moved.pdg.dtype == moved.event_id.dtype == moved.truth["label"].dtype == torch.long


def test_columns_are_found_by_name(make_events) -> None:
    events = make_events(LENGTHS)
    assert torch.equal(events.feature("d0"), events.features[:, 1])
    with pytest.raises(UnknownFeatureError, match=r"no feature .charg.\. Did you mean charge"):
        events.feature("charg")
    with pytest.raises(UnknownFeatureError, match=r"no truth 'top'(.|\n)*label, mass"):
        events.truth_of("top")
