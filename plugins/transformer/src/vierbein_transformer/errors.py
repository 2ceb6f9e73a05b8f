"""What goes wrong with the settings and the published parameters of the Particle Transformer."""

from collections.abc import Sequence

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


class PublishedParametersError(VierbeinError):
    """Published parameters do not fit the backbone."""

    def __init__(
        self, unknown: Sequence[str], missing: Sequence[str], resized: Sequence[str]
    ) -> None:
        wrong = {"unknown": unknown, "missing": missing, "of another size": resized}
        found = [f"{what}: {', '.join(names)}" for what, names in wrong.items() if names]
        super().__init__(
            "The published parameters are not those of this backbone.\n"
            f"  {'; '.join(found)}.\n"
            "  Build it with the published sizes and as many features, and give the prefix that"
            ' stands before all names:  translate(published, backbone, prefix="mod.")'
        )
