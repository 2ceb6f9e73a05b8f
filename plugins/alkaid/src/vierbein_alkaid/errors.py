"""What cannot be lowered or simulated, in words."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError
from vierbein.fixed_point.format import Format


class CannotLowerError(VierbeinError):
    """A network has no counterpart in distributed arithmetic.

    Parameters
    ----------
    reasons
        What stands in the way, one text each; also an attribute.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        listed = "\n".join(f"  {reason}" for reason in reasons)
        super().__init__(
            "The network cannot be lowered by distributed arithmetic.\n"
            f"{listed}\n"
            "  Give a fixed-point network of those operations:  vierbein plugins show alkaid"
        )


class NotPositiveError(VierbeinError):
    """A setting that is a time is not above zero."""

    def __init__(self, setting: str, value: float) -> None:
        super().__init__(
            f"hardware.alkaid.{setting}={value:g} cannot be used.\n"
            "  Expected: a time in ns, above zero.\n"
            f"  Give another one, such as {setting}=5."
        )


class LevelNotOfferedError(VierbeinError):
    """An emulation is asked for that this backend does not have."""

    def __init__(self, level: str, offered: Sequence[str]) -> None:
        super().__init__(
            f"hardware=alkaid has no emulation at level {level!r}.\n"
            f"  It offers: {', '.join(offered)}.\n"
            "  Choose one of them, or another hardware backend:  vierbein plugins list --kind "
            "hardware"
        )


class WordsOutsideError(VierbeinError):
    """Input words do not fit into the input port, which would cut their highest bits off."""

    def __init__(self, num_outside: int, num_words: int, grid: Format) -> None:
        super().__init__(
            f"{num_outside} of {num_words} input words lie outside the input format.\n"
            f"  It holds {grid.lowest} to {grid.highest} ({grid.num_bits} bits); the firmware's "
            "ports wrap, so that one above the highest would be read as the lowest.\n"
            "  Saturate them before, as Student.inputs does, or give the student a wider format."
        )


class LatencyDiffersError(VierbeinError):
    """The simulated firmware answers at another time than its description says."""

    def __init__(self, measured: int, declared: int) -> None:
        super().__init__(
            f"The simulated firmware answers after {measured} clock cycles, its description says "
            f"{declared}.\n"
            "  Whoever reads it at the time that is written in io.json reads another event's "
            "answer.\n"
            "  Lower the network again; if it stays so, the tool is at fault: keep the artifact."
        )


class NoPulseError(VierbeinError):
    """The time of an answer cannot be measured: a marker does not come out once."""

    def __init__(self, times: int) -> None:
        super().__init__(
            f"An input that was given for one clock cycle came out {times} times.\n"
            "  Expected: once, with the answer that it has when it stays; else events are mixed or "
            "held up on their way through the registers.\n"
            "  Lower the network again; if it stays so, the tool is at fault: keep the artifact."
        )


class CannotSimulateError(VierbeinError):
    """Something that simulations of Verilog are made with is missing, or too old."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The firmware's Verilog cannot be simulated here: {reason}.\n"
            "  Verilator makes C++ of it, and g++ compiles that; both run on this machine.\n"
            "  The artifact stays valid, and so does its emulation at the level graph."
        )
