"""Moves the run's random numbers."""

import pluggy
import torch


@pluggy.HookimplMarker("vierbein")
def network_built(network):
    """Draw a number."""
    torch.rand(1)
