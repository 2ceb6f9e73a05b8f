"""What cannot be lowered, set up or simulated, in words."""

from collections.abc import Sequence
from pathlib import Path

from vierbein.errors.base import VierbeinError


class SettingError(VierbeinError):
    """A setting is out of its range."""

    def __init__(self, name: str, value: object, cure: str) -> None:
        super().__init__(
            f"hardware.finn.{name}={value} cannot be used.\n"
            "  It is refused before anything is lowered.\n"
            f"  {cure}"
        )


class CannotLowerError(VierbeinError):
    """FINN has no layer for part of a network.

    Parameters
    ----------
    reasons
        What stands in the way, a line each; also an attribute.
    """

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        listed = "\n".join(f"  {reason}" for reason in reasons)
        super().__init__(
            "The network cannot be lowered to FINN's layers.\n"
            f"{listed}\n"
            "  Change the student there, or choose another backend:  vierbein plugins list --kind "
            "hardware"
        )


class LevelNotOfferedError(VierbeinError):
    """An emulation is asked for that this backend does not have, or not here."""

    def __init__(self, level: str, reason: str) -> None:
        super().__init__(
            f"hardware=finn cannot emulate at level {level!r}: {reason}.\n"
            "  It offers: graph (FINN's graph in Python), rtl (its Verilog in Verilator).\n"
            "  Choose one of them; its programs come with:  vierbein hardware setup finn"
        )


class WordsError(VierbeinError):
    """Input words are off the grid of the input format."""

    def __init__(self, event: int, value: float, lowest: int, highest: int) -> None:
        super().__init__(
            f"Event {event} has the input word {value!r}, which is off the grid.\n"
            f"  Firmware is given whole numbers from {lowest} to {highest}; others would be cut "
            "off in silence.\n"
            "  Round and saturate inputs first: the student's `inputs` does."
        )


class NotReadyError(VierbeinError):
    """FINN's environment is not there, not finished, or of other pins."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"FINN cannot run here: {reason}.\n"
            "  It runs in an environment of its own, since its pins do not go with vierbein's.\n"
            "  Make it (1.6 GB):  vierbein hardware setup finn"
        )


class ForeignFolderError(VierbeinError):
    """An environment is to be made where something else is."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} is not empty, and was not made by `vierbein hardware setup finn`.\n"
            "  Nothing in it has been touched.\n"
            "  Name another folder:  vierbein hardware setup finn --folder FOLDER"
        )


class SimulationStoppedError(VierbeinError):
    """Verilator, or an assertion of FINN's own sources, stopped a simulation."""

    def __init__(self, task: str, reason: str, log: str) -> None:
        super().__init__(
            f"{task} stopped: {reason}\n"
            f"  The hardware would compute something else there, or nothing; all is in {log}\n"
            "  Ask for another rate (hardware.finn.rate) or folding, or choose another backend."
        )
