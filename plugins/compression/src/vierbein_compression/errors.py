"""What cannot be made a network of fixed-point numbers, in words."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class UnmappedLayerError(VierbeinError):
    """A layer computes what no fixed-point program does."""

    def __init__(self, layer: str, operation: str, instead: str) -> None:
        super().__init__(
            f"The layer {layer!r} computes {operation}, which has no fixed-point form.\n"
            "  There are: nn.Linear, nn.ReLU; sum, mean, amax, add, cat, transpose, reshape, and "
            "choices by constant indices, each of one event.\n"
            f"  {instead}"
        )


class UntraceableError(VierbeinError):
    """torch.fx cannot follow a body or a head."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"torch.fx cannot follow the student's body or the task's head ({reason}).\n"
            "  A body is a function of (event, particle, feature), a head one of the pooled vector "
            "alone; neither branches on values.\n"
            "  Take sizes from tensor.shape, and a student's own head:  "
            "compressor=[distill,quantize]"
        )


class NoStudentError(VierbeinError):
    """A backbone that is no student is to be quantised."""

    def __init__(self, backbone: str) -> None:
        super().__init__(
            f"compressor=quantize cannot quantise the backbone {backbone}: it is no student.\n"
            "  Firmware needs a plain function of a fixed number of particles.\n"
            "  Distil it into a student first:  compressor=[distill,quantize]"
        )


class WidthError(VierbeinError):
    """A bit width that no layer can have."""

    def __init__(self, layer: str, num_bits: int, least: int, most: int) -> None:
        super().__init__(
            f"The layer {layer!r} cannot have {num_bits} bits.\n"
            f"  Weights and activations have {least} to {most}.\n"
            "  Give a number between them."
        )


class UnknownLayerError(VierbeinError):
    """A bit width is given for a layer that there is not."""

    def __init__(self, layer: str, layers: Sequence[str]) -> None:
        super().__init__(
            f"Bits are given for the layer {layer!r}, which the network does not have."
            f"{did_you_mean(layer, layers)}\n"
            f"  Layers: {', '.join(layers)}\n"
            "  Name one of them in compressor.quantize.bits."
        )


class BudgetError(VierbeinError):
    """A budget that no bit widths keep."""

    def __init__(self, budget: int, possible: int) -> None:
        super().__init__(
            f"compressor.quantize.budget={budget} cannot be kept.\n"
            f"  With the fewest bits in every layer the student takes {possible} bit operations.\n"
            "  Give a larger budget, prune first (compressor=[prune,quantize]), or take a smaller "
            "student."
        )
