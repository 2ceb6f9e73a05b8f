"""Fixed-point programs that do not hang together, or are not exact."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class UnknownTensorError(VierbeinError):
    """An operation reads a tensor that nothing computes before it."""

    def __init__(self, operation: str, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"The operation {operation!r} reads {name!r}, which nothing before it computes."
            f"{did_you_mean(name, known)}\n"
            f"  Computed before it: {', '.join(known)}\n"
            "  Put operations in an order in which they can be computed."
        )


class CoarserGridError(VierbeinError):
    """Numbers of a grid are to be written on a coarser one, as they are."""

    def __init__(self, fraction: int, of_numbers: int) -> None:
        super().__init__(
            f"Numbers with {of_numbers} fraction bits cannot be written with {fraction}.\n"
            "  That grid is coarser: a bias needs at least as many fraction bits as its layer's "
            "products, which have those of inputs and weights together.\n"
            "  Give the bias a finer grid (bias_fraction), or round by a Quantise."
        )


class UnequalAxesError(VierbeinError):
    """Two tensors are to be added that have different numbers of axes."""

    def __init__(self, operation: str, one: tuple[int, ...], two: tuple[int, ...]) -> None:
        super().__init__(
            f"The addition {operation!r} has tensors of shapes {one} and {two}, without events.\n"
            "  An axis of length one is stretched to the other's; a missing one is not guessed.\n"
            "  Keep the axis of a sum (is_kept=True), or reshape one of both before."
        )


class NotExactError(VierbeinError):
    """A network breaks the exact profile, so that tools would disagree about its bits.

    Parameters
    ----------
    findings
        A line for each layer and rule; also an attribute.
    """

    def __init__(self, findings: Sequence[str]) -> None:
        self.findings = tuple(findings)
        listed = "\n".join(f"  {finding}" for finding in findings)
        super().__init__(
            "The network breaks the exact profile: tools would not agree about its bits.\n"
            f"{listed}\n"
            "  compressor=[...,quantize] makes networks that keep it; the plugin's page has the "
            "rules:  docs/explanation/exact_profile.md"
        )
