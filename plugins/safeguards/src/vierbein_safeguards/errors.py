"""What a safeguard cannot work with, in words."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError


class OutOfRangeError(VierbeinError):
    """A safeguard's setting is a number that makes no sense."""

    def __init__(self, setting: str, value: float, expected: str) -> None:
        super().__init__(
            f"{setting}={value} cannot be used.\n"
            f"  Expected: {expected}.\n"
            "  Give such a number, or leave the setting out."
        )


class NotThereError(VierbeinError):
    """A safeguard's setting names something that the run does not have."""

    def __init__(self, kind: str, name: str, there_are: Sequence[str]) -> None:
        super().__init__(
            f"The run has no {kind} {name!r}.\n"
            f"  It has: {', '.join(there_are) or 'none'}.\n"
            "  Name one of these, or leave the setting out."
        )


class TooFewEventsError(VierbeinError):
    """The source domain has too few events to fit or to calibrate with."""

    def __init__(self, domain: str, split: str, there_are: int, needed: int) -> None:
        super().__init__(
            f"The OOD monitor needs {needed} events of {domain}'s {split} split.\n"
            f"  There are {there_are}.\n"
            "  Use a larger sample of the source domain, or a larger event_rate (calibration) or "
            "fewer neighbours (fit)."
        )


class NoObservablesError(VierbeinError):
    """The run has no observables, so that nothing looks past the representation."""

    def __init__(self) -> None:
        super().__init__(
            "The OOD monitor needs physics observables beside the representation.\n"
            "  The run has none; what a representation ignores would go unnoticed.\n"
            "  Choose some:  vierbein plugins list --kind observable"
        )


class NotFiniteError(VierbeinError):
    """Events of the source domain have values that are no numbers."""

    def __init__(self, domain: str, split: str, inputs: str, count: int) -> None:
        super().__init__(
            f"The OOD monitor learns what is familiar from {domain}'s {split} split, where "
            f"{count} events have {inputs} values that are not finite.\n"
            "  The base's own domain must be finite in its representation and its observables.\n"
            "  Look for bad records there, or choose another base or other observables."
        )


class NotIndependentError(VierbeinError):
    """A pipeline that must be independent imports what the run's networks are made with."""

    def __init__(self, module: str, foreign: Sequence[str], allowed: Sequence[str]) -> None:
        super().__init__(
            f"{module} is to cross-check networks, and so must not import {', '.join(foreign)}.\n"
            f"  It may import {', '.join(allowed)}, and what keeps to that in its own package.\n"
            "  Write what it needs with those; a fault in shared code would hide in both answers."
        )


class NotFiniteRepresentationError(VierbeinError):
    """A network represents events by values that are no numbers."""

    def __init__(self, network: str, sample: str, count: int) -> None:
        super().__init__(
            f"The network {network} represents {count} events of {sample} by values that are not "
            "finite.\n"
            "  A search needs a number in every column of every event.\n"
            "  Look for bad records there, or train with a smaller learning rate."
        )


class NoBackgroundError(VierbeinError):
    """No test event is of the class that was named as the background."""

    def __init__(self, domain: str, truth: str, value: int, there_are: Sequence[str]) -> None:
        super().__init__(
            f"No test event of {domain} has {truth} = {value}.\n"
            f"  Its truths are {', '.join(there_are) or 'none'}.\n"
            "  Name one of them and a value that it takes, or leave background_truth out: all "
            "classes are then the background."
        )
