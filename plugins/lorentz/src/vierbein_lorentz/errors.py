"""What goes wrong with the settings of the Lorentz-symmetric backbones."""

from vierbein.errors.base import VierbeinError


class ChannelsError(VierbeinError):
    """Channels cannot be divided among the attention heads."""

    def __init__(self, setting: str, channels: int, num_heads: int) -> None:
        super().__init__(
            f"{channels} channels cannot be divided among {num_heads} attention heads.\n"
            "  Each head takes the same part of them.\n"
            f"  Choose a multiple:  backbone.{setting}={(channels // num_heads + 1) * num_heads}"
        )


def demand_heads(num_heads: int, **channels: int) -> None:
    """Refuse channels that the heads do not divide."""
    for setting, number in channels.items():
        if number % num_heads:
            raise ChannelsError(setting, number, num_heads)
