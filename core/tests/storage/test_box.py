"""A box gives its events to its custodian alone, and tells nobody else how many they are."""

import pytest
import torch

from vierbein.errors.blinding import DamagedSealError, SealedError, SealOverflowError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.sealed import Sealed
from vierbein.storage.box import FRAME, Box, head_of, open_box
from vierbein.storage.cipher import OVERHEAD, new_private, public_of

SCHEMA = FeatureSchema((Feature("x"),), (Feature("met"),))
PRIVATE = new_private()
ABOUT = {"domain": "there", "signal_region": "met > 1"}


def events(num, value=0.0, *, pdg=True):
    return EventBatch(
        SCHEMA,
        torch.full((2 * num, 4), value),
        torch.randn(2 * num, 1),
        2 * torch.arange(num + 1),
        pdg=torch.full((2 * num,), 211) if pdg else None,
        event_features=torch.randn(num, 1),
        truth={"kind": torch.arange(num)},
        event_weight=torch.randn(num),
        event_id=torch.arange(num) + 10**12,
        domain="there",
    )


def boxed(path, batches, megabytes=1):
    with Box(path, public_of(PRIVATE).hex(), megabytes, ABOUT) as box:
        for batch in batches:
            box.add(Sealed(batch), 2)
        box.finish(SCHEMA, {"dataset": {"sha256": "0"}})
    return path


@pytest.mark.parametrize("pdg", [True, False])
def test_the_custodian_finds_what_was_sealed(tmp_path, pdg):
    batches = [events(3, 1.0, pdg=pdg), events(0, pdg=pdg), events(20_000, 2.0, pdg=pdg)]
    opened = open_box(boxed(tmp_path / "box", batches, 4), PRIVATE)
    assert len(opened.batches) == 3
    for before, after in zip(batches, opened.batches, strict=True):
        names = ("p4", "features", "offsets", "event_features", "event_weight", "event_id")
        assert all(torch.equal(getattr(before, n), getattr(after, n)) for n in names)
        assert torch.equal(before.truth["kind"], after.truth["kind"])
        assert (after.pdg is not None) == pdg
        assert (after.schema, after.domain) == (SCHEMA, "there")
    assert (opened.commitment["num_events"], opened.commitment["set_aside"]) == (20_003, 6)
    assert opened.commitment["dataset"] == {"sha256": "0"}


def test_its_size_is_the_declared_one_whatever_it_holds(tmp_path):
    sizes = [
        boxed(tmp_path / f"{num}", [events(num)] * repeats, 2).stat().st_size
        for num, repeats in ((0, 0), (0, 3), (1, 1), (5000, 1), (10_000, 2))
    ]
    assert len(set(sizes)) == 1
    assert 0 < sizes[0] - 2 * (FRAME + OVERHEAD) < 500


def test_it_is_full_at_the_declared_size(tmp_path):
    with pytest.raises(SealOverflowError, match=r"more than 1 MiB(?s:.*)seal\.megabytes"):
        boxed(tmp_path / "box", [events(9000)] * 2)
    assert list(tmp_path.iterdir()) == []


def test_no_plain_byte_of_the_events_is_in_it(tmp_path):
    path = boxed(tmp_path / "box", [events(1000, 1.5)])
    data, number = path.read_bytes(), (10**12).to_bytes(8, "little")
    plain = torch.full((4,), 1.5).numpy().tobytes()
    assert plain not in data
    assert number not in data
    assert b"event_weight" not in data
    assert head_of(path)["signal_region"] == "met > 1"
    assert path.read_bytes() != boxed(tmp_path / "again", [events(1000, 1.5)]).read_bytes()


def test_another_key_and_any_changed_bit_are_refused(tmp_path):
    path = boxed(tmp_path / "box", [events(5)], 2)
    with pytest.raises(DamagedSealError, match="frame 0"):
        open_box(path, new_private())
    whole, head = path.read_bytes(), path.read_bytes().index(b"\n") + 1
    for place in (20, head - 10, head, head + 5000, head + FRAME + 20, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(DamagedSealError):
            open_box(path, PRIVATE)
    frame = FRAME + OVERHEAD
    swapped = whole[:head] + whole[head + frame :] + whole[head : head + frame]
    for data in (swapped, whole[:-1], whole[:-frame], whole + b"0", b"", b"[]\n"):
        path.write_bytes(data)
        with pytest.raises(DamagedSealError):
            open_box(path, PRIVATE)


def test_an_error_while_it_is_filled_leaves_nothing(tmp_path):
    def fill():
        with Box(tmp_path / "box", public_of(PRIVATE).hex(), 1, ABOUT) as box:
            box.add(Sealed(events(4)))
            raise SealedError

    with pytest.raises(SealedError):
        fill()
    assert list(tmp_path.iterdir()) == []
