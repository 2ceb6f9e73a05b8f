"""What a base did not bring, and so learns under every tuner."""

from vierbein.interfaces.network import Network
from vierbein_tuners.everything import freeze_unread


def learn_new_parts_only(network: Network) -> None:
    """Freeze all but the head, what was expanded, and the projection if it is not the identity."""
    network.requires_grad_(False)
    network.head.requires_grad_(True)
    if network.projection.extra or network.projection.defaulted:
        network.projection.requires_grad_(True)
        freeze_unread(network)
    for name in network.expanded:
        network.get_parameter(name).requires_grad_(True)
