"""What can go wrong with neutrinos, in words."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class SeedRangeError(VierbeinError):
    """A seed does not fit into the event ids that are made with it."""

    def __init__(self, seed: int, largest: int) -> None:
        super().__init__(
            f"The seed {seed} cannot be used for generating neutrino events.\n"
            f"  It is a part of each event's id, and must lie between 0 and {largest}.\n"
            "  Choose another:  dataset.seed=1"
        )


class BeamEnergyError(VierbeinError):
    """A beam has too little energy for anything to happen, or too much for what is in here."""

    def __init__(self, energy: float, least: float, most: float) -> None:
        super().__init__(
            f"A beam of {energy:g} GeV cannot be simulated.\n"
            f"  The interactions that are in the generator need {least:g} to {most:g} GeV.\n"
            "  Choose another, or the flux:  dataset.energy=1.0  dataset.energy=null"
        )


class UnknownSignalError(VierbeinError):
    """A signal is asked for that is not in the bank."""

    def __init__(self, signal: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no signal {signal!r} in the bank.{did_you_mean(signal, known)}\n"
            f"  There are: {', '.join(known)}\n"
            "  Choose one of them, or all:  dataset.signal=pion_burst_2  dataset.signal=null"
        )
