"""What goes wrong with the features of hits in space."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError


class PositionsMissingError(VierbeinError):
    """The events have no positions."""

    def __init__(self, vectors: Sequence[str], features: Sequence[str]) -> None:
        super().__init__(
            "backbone=euclid_net needs positions: three features of the role vector.\n"
            f"  The adapter gives {', '.join(vectors) or 'none'}; its features are "
            f"{', '.join(features) or 'none'}.\n"
            "  Give x, y and z the role vector in the adapter's mapping, side by side; a detector "
            "without positions is for another backbone."
        )
