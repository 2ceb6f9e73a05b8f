"""What learns, by its depth in the network."""

from collections.abc import Sequence

from torch import nn

from vierbein.interfaces.network import Network


def by_depth(network: Network) -> Sequence[frozenset[str]]:
    """Name what learns and came from the base, from the input on.

    The backbone's own order of blocks is taken; what it has outside of them counts with its first
    block, and so does the projection, where it is the base's identity. The head, and what the base
    did not bring, are in none of the sets.

    Parameters
    ----------
    network
        With a tuner applied.

    Returns
    -------
    Sequence
        Names as in `named_parameters`, one set a block; a set is empty where nothing learns.
    """
    names = {id(p): name for name, p in network.named_parameters() if p.requires_grad}
    blocks = network.backbone.blocks()
    found = [_named(block, names) for block in blocks]
    first = _named(network.backbone, names).difference(*found)
    if not (network.projection.extra or network.projection.defaulted):
        first |= _named(network.projection, names)
    return [found[0] | first, *found[1:]]


def _named(module: nn.Module, names: dict[int, str]) -> frozenset[str]:
    return frozenset(names[id(p)] for p in module.parameters() if id(p) in names)
