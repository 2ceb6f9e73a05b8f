"""What can go wrong with jets, in words."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class GeneratorNotInstalledError(VierbeinError):
    """Jets are to be generated, and Pythia or FastJet is not installed."""

    def __init__(self, module: str) -> None:
        super().__init__(
            f"Generating jets needs the Python module {module!r}, which is not installed.\n"
            "  It comes with the optional extra 'generator' of vierbein-collider; the shipped "
            "sample (dataset=jet_sample) needs none of it.\n"
            "  Install it:  pip install 'vierbein-collider[generator]'"
        )


class SeedRangeError(VierbeinError):
    """A seed does not fit into the event ids that are made with it."""

    def __init__(self, seed: int, largest: int) -> None:
        super().__init__(
            f"The seed {seed} cannot be used for generating jets.\n"
            f"  It is a part of each jet's event id, and must lie between 0 and {largest}.\n"
            "  Choose another:  dataset.seed=1"
        )


class UnknownProcessError(VierbeinError):
    """A process is asked for that is not there."""

    def __init__(self, process: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no process {process!r}.{did_you_mean(process, known)}\n"
            f"  There are: {', '.join(known)}\n"
            "  Choose some of them:  dataset.processes=[qcd,top]  task.classes=[qcd,top]"
        )


class UnknownSignalError(VierbeinError):
    """A signal is asked for that is not in the bank."""

    def __init__(self, signal: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no signal {signal!r} in the bank.{did_you_mean(signal, known)}\n"
            f"  There are: {', '.join(known)}\n"
            "  Choose some of them:  dataset.signals=[soft,displaced]"
        )


class UnknownTruthError(VierbeinError):
    """A jet is of a process that is not among the task's classes."""

    def __init__(self, process: str, classes: Sequence[str]) -> None:
        super().__init__(
            f"A jet's truth is the process {process!r}; the task's classes are "
            f"{', '.join(classes)}.\n"
            "  Every jet must belong to a class.\n"
            "  Add it (task.classes), or cut it away in the adapter's mapping."
        )
