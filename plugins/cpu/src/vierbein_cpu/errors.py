"""What cannot be lowered or run, in words."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError


class CannotLowerError(VierbeinError):
    """A network cannot be written as an ONNX graph with free numbers of events and slots.

    Parameters
    ----------
    reasons
        What stands in the way, one text each; also an attribute.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        listed = "\n".join(f"  {reason}" for reason in reasons)
        super().__init__(
            "The network cannot be lowered to ONNX with any number of events and particles.\n"
            f"{listed}\n"
            "  Replace that operation in the backbone or the head; sizes must come from "
            "tensor.shape, and no branch may depend on values."
        )


class BatchSizeError(VierbeinError):
    """Speed is to be measured with a batch without events."""

    def __init__(self, batch_size: int) -> None:
        super().__init__(
            f"batch_size={batch_size} cannot be used.\n"
            "  Speed is measured with one event and with a batch of batch_size events.\n"
            "  Give a number from 1 on."
        )


class LevelNotOfferedError(VierbeinError):
    """An emulation is asked for that this backend does not have."""

    def __init__(self, level: str, offered: Sequence[str]) -> None:
        super().__init__(
            f"hardware=cpu has no emulation at level {level!r}.\n"
            f"  It offers: {', '.join(offered)}.\n"
            "  Choose that level, or another hardware backend:  vierbein plugins list --kind "
            "hardware"
        )


class UnreadableGraphError(VierbeinError):
    """ONNX Runtime refuses a file."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: ONNX Runtime cannot use this graph ({reason}).\n"
            "  Expected: an ONNX file as hardware=cpu writes it.\n"
            "  Lower the network again."
        )
