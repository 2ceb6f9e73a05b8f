"""What a base did not bring, and so learns under every tuner."""

from vierbein.interfaces.network import Network


def learn_new_parts_only(network: Network) -> None:
    """Freeze everything but the head, and the projection where it is not the identity."""
    network.requires_grad_(False)
    network.head.requires_grad_(True)
    if network.projection.extra or network.projection.defaulted:
        network.projection.linear.requires_grad_(True)
