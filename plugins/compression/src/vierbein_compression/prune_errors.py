"""What cannot be pruned, in words."""

from vierbein.errors.base import VierbeinError


class UnsuitableShareError(VierbeinError):
    """A setting of pruning is out of range."""

    def __init__(self, setting: str, given: float, allowed: str) -> None:
        super().__init__(
            f"{setting}={given:g} cannot be pruned by.\n"
            f"  It must be {allowed}.\n"
            "  Choose another value."
        )


class NoHiddenUnitsError(VierbeinError):
    """A network has no units that could be taken away."""

    def __init__(self, backbone: str, reason: str) -> None:
        super().__init__(
            f"compressor=prune_structured finds no hidden units in {backbone}: {reason}.\n"
            "  It takes units of a student's hidden layers away; the pooled vector keeps its "
            "length.\n"
            "  Distil into a student of more layers first, or set single weights to zero:  "
            "compressor=prune"
        )
