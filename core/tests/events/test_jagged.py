import numpy as np
import pytest
import torch

from vierbein.events.jagged import entries_of, scatter, scatter_all, segment_sum, slots

LENGTHS = ([3, 0, 1, 5, 0], [0, 0, 4], [2], [0, 0], [7, 7, 7])


def _offsets(lengths: list[int]) -> torch.Tensor:
    return torch.tensor(np.cumsum([0, *lengths]))


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_scatter_agrees_with_a_slow_loop(lengths: list[int]) -> None:
    values = torch.randn(sum(lengths), 3, generator=torch.Generator().manual_seed(1))
    block, mask = scatter(values, _offsets(lengths))
    assert block.shape == (len(lengths), max(*lengths, 1), 3)
    flat = iter(values)
    for event, length in enumerate(lengths):
        for slot in range(block.shape[1]):
            expected = next(flat) if slot < length else torch.zeros(3)
            assert torch.equal(block[event, slot], expected)
            assert mask[event, slot] == (slot < length)


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_entries_agree_with_a_slow_loop(lengths: list[int]) -> None:
    offsets = np.cumsum([0, *lengths])
    events = np.random.default_rng(2).integers(len(lengths), size=6)
    entries, new = entries_of(offsets, events)
    slow = [list(range(offsets[e], offsets[e + 1])) for e in events]
    assert entries.tolist() == [entry for part in slow for entry in part]
    assert new.tolist() == np.cumsum([0, *map(len, slow)]).tolist()


def test_no_event_has_no_entry() -> None:
    entries, new = entries_of(np.array([0, 2, 5]), np.array([], np.int64))
    assert entries.tolist() == []
    assert new.tolist() == [0]


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_slots_count_inside_each_event(lengths: list[int]) -> None:
    event, slot = slots(_offsets(lengths))
    pairs = [(e, s) for e, length in enumerate(lengths) for s in range(length)]
    assert list(zip(event.tolist(), slot.tolist(), strict=True)) == pairs


@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
def test_segment_sum_agrees_with_a_slow_loop(lengths: list[int]) -> None:
    values = torch.arange(1.0, sum(lengths) + 1)
    parts = values.split(lengths)
    assert segment_sum(values, _offsets(lengths)).tolist() == [float(p.sum()) for p in parts]


def test_scatter_keeps_gradients_apart() -> None:
    values = torch.ones(3, 1, requires_grad=True)
    block, _ = scatter(values, _offsets([1, 2]))
    (block[0].sum() * 5 + block[1, 1].sum() * 7).backward()
    assert values.grad is not None
    assert values.grad.squeeze(1).tolist() == [5.0, 0.0, 7.0]


def test_columns_of_any_width_and_type_are_spread_alike() -> None:
    columns = [torch.rand(3, 0), torch.arange(6).view(3, 2), torch.rand(3, 1).bfloat16()]
    blocks, mask = scatter_all(columns, _offsets([2, 0, 1]))
    assert mask.tolist() == [[True, True], [False, False], [True, False]]
    for values, block in zip(columns, blocks, strict=True):
        assert block.dtype == values.dtype
        assert torch.equal(block[mask], values)
        assert not block[~mask].any()
