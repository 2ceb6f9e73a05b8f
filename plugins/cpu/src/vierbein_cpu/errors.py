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

    def __init__(self, backend: str, level: str, offered: Sequence[str]) -> None:
        super().__init__(
            f"hardware={backend} has no emulation at level {level!r}.\n"
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


class NotGeneratedError(VierbeinError):
    """A network cannot be written as C of integers.

    Parameters
    ----------
    reasons
        What stands in the way, one text each; also an attribute.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        listed = "\n".join(f"  {reason}" for reason in reasons)
        super().__init__(
            "The network cannot be written as C that computes the same bits.\n"
            f"{listed}\n"
            "  Change that layer, or take another hardware backend:  vierbein plugins list --kind "
            "hardware"
        )


class CompilerFailedError(VierbeinError):
    """A compiler refuses what was generated, or cannot write what it makes."""

    def __init__(self, compiler: str, first: str, log: str) -> None:
        super().__init__(
            f"{compiler} failed: {first}\n"
            f"  The C file stays; all that the compiler said is in {log}.\n"
            "  Make room on the disk, or choose another compiler or other options: "
            "hardware.generated_c.compiler=gcc hardware.generated_c.options=-O2"
        )


class OutOfRangeError(VierbeinError):
    """Input words lie beyond the format that the network was lowered for."""

    def __init__(self, num_beyond: int, num_words: int, lowest: int, highest: int) -> None:
        super().__init__(
            f"{num_beyond} of {num_words} input words lie beyond the ends of their format.\n"
            f"  hardware=generated_c was lowered for words from {lowest} to {highest}.\n"
            "  Saturate them there, as the student's `inputs` does, or lower a network whose words "
            "have more bits."
        )
