"""Spare units: no head sees them, and nothing changes until they learn."""

import torch

from vierbein.interfaces.network import Network
from vierbein.testing.made_events import made_events
from vierbein.testing.small_network import SCHEMA, small_network

EVENTS = made_events(SCHEMA, (4, 2))


def test_the_head_does_not_see_them():
    network = small_network(num_spare=3)
    before = network(EVENTS)
    with torch.no_grad():
        last = network.backbone.exit[1]
        last.weight[-3:] += 1.0
    assert torch.equal(network(EVENTS), before)
    pooled = network.represent(EVENTS).pooled
    assert not pooled[:, -3:].any()
    assert pooled[:, :-3].all()


def test_pretraining_sends_them_no_gradient():
    network = small_network(num_spare=3)
    network(EVENTS).square().sum().backward()
    gradient = network.backbone.exit[1].weight.grad
    assert not gradient[-3:].any()
    assert gradient[:-3].any(1).all()


def test_connected_they_change_nothing_at_first_and_learn():
    network = small_network(num_spare=3)
    before = network(EVENTS)
    network.spare.connect(network.head.weight, 8)
    assert torch.equal(network(EVENTS), before)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        network(EVENTS).square().sum().backward()
        optimizer.step()
    assert network.backbone.exit[1].weight.grad[-3:].any(1).all()


def test_none_is_the_usual_network():
    network = small_network()
    plain = Network(network.projection, network.backbone, network.head)
    assert torch.equal(network(EVENTS), plain.head(plain.backbone(plain.projection(EVENTS))))
    assert not list(network.spare.parameters())
