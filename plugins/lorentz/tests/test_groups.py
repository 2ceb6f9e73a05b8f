import numpy as np
import pytest
import torch

from vierbein_lorentz.groups import Grouping, by_group, groups


def mask_of(lengths):
    lengths = torch.tensor(lengths)
    return torch.arange(max(int(lengths.max()), 1)) < lengths.unsqueeze(1)


@pytest.mark.parametrize("grouping", [Grouping(2, 0, 10**6), Grouping(1, 8, 64), Grouping(1, 0, 1)])
def test_every_particle_once_and_back_in_its_place(grouping):
    rng = np.random.default_rng(0)
    lengths = [0, *rng.integers(0, 30, 40).tolist(), 0]
    mask = mask_of(lengths)
    mask = mask[:, torch.randperm(mask.shape[1], generator=torch.Generator().manual_seed(0))]
    x = torch.arange(1.0, 1 + mask.numel()).view(*mask.shape, 1)
    found = by_group(lambda part: 2 * part.of(x), groups(mask, grouping), x)
    torch.testing.assert_close(found, 2 * x * mask.unsqueeze(-1))


def test_no_overhead_no_padding():
    parts = groups(mask_of([3, 5, 3, 5, 5, 1]), Grouping(2, 0, 10**6))
    assert [tuple(part.places.shape) for part in parts] == [(1, 1), (2, 3), (3, 5)]
    assert all(part.mask is None for part in parts)


def test_padding_is_taken_where_another_group_costs_more():
    (part,) = groups(mask_of([4, 3]), Grouping(1, 1, 100))
    assert part.mask.tolist() == [[True, True, True, False], [True] * 4]
    assert part.places.tolist() == [[4, 5, 6, 6], [0, 1, 2, 3]]
    assert len(groups(mask_of([5, 3]), Grouping(1, 1, 100))) == 2
    assert len(groups(mask_of([4, 4]), Grouping(1, 1, 7))) == 2


def test_nothing_at_all():
    assert groups(mask_of([0, 0]), Grouping(1, 1, 1)) == []
    assert by_group(lambda part: part, [], torch.ones(2, 1, 3)).abs().max() == 0
