"""What goes wrong with the settings and truths of tasks."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class TruthShapeError(VierbeinError):
    """A truth is not one number an event."""

    def __init__(self, name: str, given: Sequence[int], num_events: int) -> None:
        super().__init__(
            f"The truth {name!r} is an array of shape {tuple(given)} for {num_events} events.\n"
            f"  Needed is {(num_events,)}: one number an event, never a column.\n"
            "  Mend the adapter's truth definition."
        )


class NoTruthError(VierbeinError):
    """A joint regression has nothing to predict, or settings of what it does not predict."""

    def __init__(self, truths: Sequence[str], others: Sequence[str]) -> None:
        super().__init__(
            f"scales names the truths that are predicted: {', '.join(truths) or 'none'}.\n"
            f"  locations or units speak of others: {', '.join(others) or 'none'}.\n"
            "  Give each truth a scale:  task.scales={sigma8: 0.05, m_nu: 0.2}"
        )


class UnsuitableTruthError(VierbeinError):
    """A truth has values that a task's settings cannot take."""

    def __init__(self, name: str, value: float, setting: str, allowed: str) -> None:
        super().__init__(
            f"The truth {name!r} has the value {value:g}; with {setting} it must be {allowed}.\n"
            "  What would come of it is no number.\n"
            "  Cut such events in the adapter, or choose another setting."
        )


class BinEdgesError(VierbeinError):
    """Edges of bins do not rise."""

    def __init__(self, edges: Sequence[float]) -> None:
        super().__init__(
            f"bin_edges={list(edges)} do not make bins.\n"
            "  There must be two at least, each above the one before.\n"
            "  Sort them, or leave them empty for quartiles of the truth."
        )


class UnsuitableSettingError(VierbeinError):
    """A number among the settings is out of range."""

    def __init__(self, setting: str, value: float, allowed: str) -> None:
        super().__init__(
            f"{setting}={value:g} cannot be used.\n  It must be {allowed}.\n  Choose another value."
        )


class UnknownClassError(VierbeinError):
    """A class is named that the task does not have."""

    def __init__(self, setting: str, name: str, classes: Sequence[str]) -> None:
        super().__init__(
            f"{setting} names the class {name!r}.{did_you_mean(name, classes)}\n"
            f"  The task's classes are: {', '.join(classes)}.\n"
            "  Name one of them, or add it to classes with its code."
        )


class FewClassesError(VierbeinError):
    """There is nothing to tell apart."""

    def __init__(self, classes: Sequence[str]) -> None:
        super().__init__(
            f"classes has {len(classes)} distinct codes ({', '.join(classes) or 'no class'}).\n"
            "  At least two are needed, each class with a code of its own.\n"
            "  Name them with their codes in the truth:  task.classes={background: 0, signal: 1}"
        )


class UnknownCodeError(VierbeinError):
    """An event belongs to no class of the task."""

    def __init__(self, name: str, code: int, classes: Sequence[str]) -> None:
        super().__init__(
            f"The truth {name!r} has the code {code}, which is no class of the task.\n"
            f"  Its classes are: {', '.join(classes)}.\n"
            f"  Add it (task.classes.other={code}), or cut such events in the adapter."
        )
