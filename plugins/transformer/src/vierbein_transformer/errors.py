"""What goes wrong with the settings of the Particle Transformer."""

from vierbein.errors.base import VierbeinError


class HeadsError(VierbeinError):
    """The width cannot be divided among the attention heads."""

    def __init__(self, width: int, num_heads: int) -> None:
        below = width // num_heads * num_heads
        super().__init__(
            f"A width of {width} cannot be divided among {num_heads} attention heads.\n"
            "  Each head takes the same part of it.\n"
            f"  Choose a multiple:  backbone.width={below + num_heads}"
        )
