"""From a float network to one that learns with rounding, and from that to fixed numbers."""

from collections.abc import Mapping
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.interfaces.network import Network
from vierbein.interfaces.student import Student
from vierbein_compression.calibration import best_spacing
from vierbein_compression.quantised_layers import (
    fix_linear,
    fix_relu,
    fixed_linear,
    fixed_relu,
    learning_linear,
    learning_relu,
)
from vierbein_compression.quantised_network import QuantisedNetwork
from vierbein_compression.substitution import layers, substituted
from vierbein_compression.ties import bias_grids
from vierbein_compression.tracing import Firmware


def learning(
    network: Network,
    widths: Mapping[str, int],
    activations: Mapping[str, Float[Tensor, " value"]],
) -> Network:
    """Copy a prepared network into one that rounds while it learns.

    Parameters
    ----------
    network
        Gives the parameters.
    widths
        Bits of each layer, by name.
    activations
        What each rectifier gives, by name; their spacings begin where they suit it.

    Returns
    -------
    Network
        Of Brevitas layers.
    """
    made = {}
    for name, layer in layers(network).items():
        if isinstance(layer, nn.Linear):
            made[name] = learning_linear(layer, widths[name])
        else:
            spacing = best_spacing(activations[name], widths[name])
            made[name] = learning_relu(widths[name], spacing)
    return substituted(network, made)


def unfilled(network: Network, widths: Mapping[str, int]) -> QuantisedNetwork:
    """Make the modules of a fixed network; its numbers are to be loaded.

    Parameters
    ----------
    network
        Prepared; gives the layers' shapes.
    widths
        Bits of each layer, by name.

    Returns
    -------
    QuantisedNetwork
        With scales of one.
    """
    made = {
        name: fixed_linear(layer, widths[name])
        if isinstance(layer, nn.Linear)
        else fixed_relu(widths[name])
        for name, layer in layers(network).items()
    }
    return QuantisedNetwork(substituted(network, made), widths)


def fixed(network: Network, widths: Mapping[str, int], learned: Network) -> QuantisedNetwork:
    """Fix all numbers: rounded weights, constant scales, biases that keep off ties.

    Parameters
    ----------
    network
        Prepared; what was learned began as it.
    widths
        Bits of each layer, by name.
    learned
        From `learning`, trained.

    Returns
    -------
    QuantisedNetwork
        In evaluation mode.
    """
    made = unfilled(network, widths)
    made.projection.load_state_dict(learned.projection.state_dict())
    fixed_layers, learned_layers = _by_name(made), _by_name(learned)
    with torch.no_grad():
        for name, layer in layers(network).items():
            fix = fix_linear if isinstance(layer, nn.Linear) else fix_relu
            fix(fixed_layers[name], learned_layers[name])
        for name, grid in bias_grids(made.traced().program).items():
            bias = cast("nn.Linear", fixed_layers[name]).bias
            bias.copy_(grid.nearest(bias))
    return made.eval()


def _by_name(network: Network) -> dict[str, nn.Module]:
    student = cast("Student", network.backbone)
    return dict(Firmware(student.body, network.head).named_modules())
