import pytest
import torch

from vierbein.interfaces.spare import SpareUnits
from vierbein_tuners.dummy_nodes import DummyNodes
from vierbein_tuners.errors import NothingToTuneError


def test_old_answers_are_the_same_to_the_last_bit_and_the_units_learn(network, events):
    before = network(events)
    DummyNodes().apply(network)
    assert torch.equal(network(events), before)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        network(events).square().sum().backward()
        optimizer.step()
    assert network.spare.connection.weight.any(0).all()  # every spare unit is heard by then
    with torch.no_grad():
        after = network(events)
        network.spare.connection.weight[:, 0] = 0.0
        assert not torch.allclose(network(events), after)


def test_a_base_without_spare_units_is_refused_with_the_way_to_make_one(network):
    network.spare = SpareUnits()
    with pytest.raises(NothingToTuneError, match=r"pretrain\.spare_units"):
        DummyNodes().apply(network)
