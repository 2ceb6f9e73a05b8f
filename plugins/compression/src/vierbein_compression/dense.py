"""Layers that all students are made of."""

from torch import nn


def dense(num_inputs: int, width: int, depth: int) -> nn.Sequential:
    """Make layers of one width, each followed by a rectifier, of the tensor's last axis."""
    layers: list[nn.Module] = []
    for index in range(depth):
        layers += [nn.Linear(width if index else num_inputs, width), nn.ReLU()]
    return nn.Sequential(*layers)
