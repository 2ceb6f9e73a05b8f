import pytest
import torch

from vierbein_transformer.packing import ROWS, Packing
from vierbein_transformer.runs import FullRun, Triangle


def test_rows_go_and_come_back(make_events):
    events = make_events([7, 0, 3, 7, 1, 3])
    packing = Packing.jagged(events)
    assert [(run.num_events, run.num_slots) for run in packing.parts[0].runs] == [
        (1, 1),
        (2, 3),
        (2, 7),
    ]
    assert torch.equal(packing.block(packing.features), events.padded.features)
    assert torch.equal(packing.block(packing.p4), events.padded.p4)


@pytest.mark.parametrize("lengths", [[], [0, 0], [ROWS + 1, 2], [100] * 30, [3] * 1000])
def test_parts_hold_every_event_and_few_rows(lengths, make_events):
    events = make_events(lengths)
    packing = Packing.jagged(events)
    runs = [run for part in packing.parts for run in part.runs]
    held = [run.num_slots for run in runs for _ in range(run.num_events)]
    assert sorted(held) == sorted(length for length in lengths if length)
    rows = [part.num_rows for part in packing.parts]
    assert all(
        num <= ROWS or len(part.runs) == 1 for num, part in zip(rows, packing.parts, strict=True)
    )
    assert sum(rows) == len(events.p4)


def test_a_pair_is_used_from_both_its_sides():
    run = FullRun(2, 3, Triangle(5, torch.device("cpu")))
    assert run.num_pairs == 12
    bias = run.bias(torch.arange(12.0).view(1, 12))
    assert bias[0, 0].tolist() == [[0, 1, 3], [1, 2, 4], [3, 4, 5]]
    assert bias[0, 1].tolist() == [[6, 7, 9], [7, 8, 10], [9, 10, 11]]


def test_pairs_come_in_the_order_in_which_they_are_spread(make_events):
    events = make_events([4, 4])
    run = FullRun(2, 4, Triangle(4, torch.device("cpu")))
    pairs = run.pairs(events.p4)
    for i, event in enumerate(events.p4.split(4)):
        pt = event[:, 1:3].norm(dim=1)
        ratio = torch.minimum(pt.unsqueeze(1), pt) / (pt.unsqueeze(1) + pt)
        torch.testing.assert_close(run.bias(pairs)[1, i], ratio)
