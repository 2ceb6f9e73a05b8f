"""What cannot be lowered, built or run, in words."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError


class CannotLowerError(VierbeinError):
    """A network cannot be lowered by hls4ml.

    Parameters
    ----------
    reasons
        What stands in the way, one text each; also an attribute.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        listed = "\n".join(f"  {reason}" for reason in reasons)
        super().__init__(
            "The network cannot be lowered by hls4ml.\n"
            f"{listed}\n"
            "  Change these layers of the student, or take another backend:  "
            "vierbein plugins list --kind hardware"
        )


class LevelNotOfferedError(VierbeinError):
    """An emulation is asked for that this backend does not have."""

    def __init__(self, level: str, offered: Sequence[str]) -> None:
        super().__init__(
            f"hardware=hls4ml has no emulation at level {level!r}.\n"
            f"  It offers: {', '.join(offered)}; co-simulation of the RTL needs Vitis HLS, which "
            "runs the project by its build_prj.tcl.\n"
            "  Choose one of those levels, or hardware=alkaid for RTL without vendor tools."
        )


class BuildFailedError(VierbeinError):
    """The C++ that hls4ml wrote does not compile."""

    def __init__(self, compiler: str, error: str, log: str) -> None:
        super().__init__(
            f"{compiler} could not compile the project: {error}\n"
            f"  That is its first error; all that it said is in {log}\n"
            "  The artifact stays as it is. Mend the cause (another compiler:  "
            "hardware.hls4ml.compiler=...) and run the same command again."
        )


class NoRoomError(VierbeinError):
    """The disk is full."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"There is no room left on the disk under {where}.\n"
            "  A project takes 2 MB, and its simulation as much again while it runs; nothing "
            "half-made is kept, and artifacts already made stay valid.\n"
            "  Make room, or name a folder on another disk (TMPDIR=...), and run the same command "
            "again."
        )


class WordsError(VierbeinError):
    """Input words are not what the firmware's input port takes."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(
            f"The input words cannot be used: {found}.\n"
            f"  Expected: {expected}; beyond it the port wraps around.\n"
            "  Saturate words where they are made, as a student's `inputs` does."
        )


class ClockPeriodError(VierbeinError):
    """A clock that does not tick."""

    def __init__(self, clock_period: float) -> None:
        super().__init__(
            f"clock_period={clock_period} cannot be used.\n"
            "  It is the time of one cycle in ns, which Vitis HLS schedules for.\n"
            "  Give a positive number: 5 is 200 MHz."
        )
