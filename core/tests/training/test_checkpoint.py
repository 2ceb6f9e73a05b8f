"""A checkpoint holds all that the next step depends on, and a damaged one is refused."""

import pytest
import torch

from vierbein.errors.files import HashMismatchError
from vierbein.interfaces.trainer import Point
from vierbein.training.checkpoint import Progress, read_checkpoint, write_checkpoint

PROGRESS = Progress(
    7, 5, 0.25, (Point(0, 0.0, None, 1.5), Point(5, 2e9, 0.1 + 0.2, 0.25)), 0.7, 3e9
)


@pytest.fixture
def trained(attention_network, task, make_table):
    """A network after two steps, with its optimiser."""

    def make(seed=0, steps=2):
        network = attention_network(seed)
        optimizer = torch.optim.AdamW(network.parameters(), lr=0.01)
        for _ in range(steps):
            events = make_table([2, 3]).take()
            task.loss(network(events), events).mean().backward()
            optimizer.step()
        return network, optimizer

    return make


@pytest.fixture
def checkpoint(trained, attention_network, tmp_path):
    best = attention_network(seed=9).state_dict()
    write_checkpoint(tmp_path / "checkpoint.safetensors", *trained(), best, PROGRESS)
    return tmp_path / "checkpoint.safetensors"


def same(first, second):
    return list(first) == list(second) and all(torch.equal(first[n], second[n]) for n in first)


def test_everything_comes_back_bit_for_bit(checkpoint, trained, attention_network):
    network, optimizer = trained(seed=5, steps=0)
    best, progress = read_checkpoint(checkpoint, network, optimizer)
    expected, expected_optimizer = trained()
    assert same(network.state_dict(), expected.state_dict())
    wanted = attention_network(seed=9).state_dict()
    assert same({name: best[name] for name in wanted}, wanted)
    assert progress == PROGRESS
    ours, theirs = optimizer.state_dict(), expected_optimizer.state_dict()
    assert ours["param_groups"] == theirs["param_groups"]
    assert set(ours["state"]) == set(theirs["state"])
    for index, state in theirs["state"].items():
        assert same({name: ours["state"][index][name] for name in state}, state)


def test_a_flipped_bit_is_refused_wherever_it_is(checkpoint, trained):
    whole = checkpoint.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    network, optimizer = trained(seed=5)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    places = [*range(8), *range(8, header, 7), *range(header, len(whole), 61), len(whole) - 1]
    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        checkpoint.write_bytes(damaged)
        with pytest.raises(HashMismatchError, match=r"checkpoint\.safetensors: refused"):
            read_checkpoint(checkpoint, network, optimizer)
    assert same(network.state_dict(), before)


@pytest.mark.parametrize("left", [0, 3, 8, 100, -1])
def test_one_that_was_cut_short_is_refused(checkpoint, trained, left):
    checkpoint.write_bytes(checkpoint.read_bytes()[:left])
    with pytest.raises(HashMismatchError):
        read_checkpoint(checkpoint, *trained())
