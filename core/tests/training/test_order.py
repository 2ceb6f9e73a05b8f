"""The order of events follows from seed and epoch alone."""

import numpy as np
import pytest
import torch

from vierbein.training.order import Order, seed_step

LENGTHS = np.random.default_rng(0).integers(1, 40, 1003)


@pytest.mark.parametrize("batch_size", [1, 7, 64, 1003, 5000])
def test_an_epoch_sees_every_event_at_most_once_and_leaves_out_less_than_a_batch(batch_size):
    order = Order(LENGTHS, batch_size, seed=3)
    size = min(batch_size, len(LENGTHS))
    assert order.steps_per_epoch == len(LENGTHS) // size
    for epoch in (0, 1, 5):
        steps = range(epoch * order.steps_per_epoch, (epoch + 1) * order.steps_per_epoch)
        batches = [order.batch(step) for step in steps]
        assert {len(batch) for batch in batches} == {size}
        seen = np.concatenate(batches)
        assert len(np.unique(seen)) == len(seen) > len(LENGTHS) - size


def test_a_step_depends_on_no_step_before_it():
    forwards, jumping = Order(LENGTHS, 64, seed=3), Order(LENGTHS, 64, seed=3)
    expected = {step: forwards.batch(step).tolist() for step in range(50)}
    for step in (49, 0, 14, 15, 16, 31, 3, 48):
        assert jumping.batch(step).tolist() == expected[step]


def test_two_arms_see_the_same_events_and_another_seed_or_epoch_others():
    steps = range(15)
    first, second, other = (Order(LENGTHS, 64, seed) for seed in (3, 3, 4))
    epoch = [first.batch(step).tolist() for step in steps]
    assert epoch == [second.batch(step).tolist() for step in steps]
    assert epoch != [other.batch(step).tolist() for step in steps]
    assert epoch != [first.batch(step + 15).tolist() for step in steps]


def test_over_the_epochs_every_event_gets_its_turn():
    order = Order(LENGTHS, 300, seed=0)  # 103 of 1003 events are left out of each epoch
    seen = np.concatenate([order.batch(step) for step in range(10 * order.steps_per_epoch)])
    assert len(np.unique(seen)) == len(LENGTHS)


def test_a_step_has_its_own_random_numbers_whatever_came_before():
    def drawn(seed, step):
        seed_step(seed, step)
        return torch.rand(4).tolist()

    numbers = {(seed, step): drawn(seed, step) for seed in range(3) for step in range(20)}
    assert len({tuple(values) for values in numbers.values()}) == 60
    torch.rand(1000)
    assert drawn(2, 7) == numbers[2, 7]
