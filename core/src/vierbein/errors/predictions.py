"""Predictions that do not fit the events."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError


class PredictionShapeError(VierbeinError):
    """Prediction and truth do not have one shape."""

    def __init__(self, given: Sequence[int], wanted: Sequence[int]) -> None:
        super().__init__(
            f"The head predicts an array of shape {tuple(given)}; the task needs {tuple(wanted)}, "
            "one row an event.\n"
            "  Nothing is ever broadcast.\n"
            "  Let the head give exactly this shape; the task's own head does."
        )


class LossShapeError(VierbeinError):
    """A task's loss is not one number an event."""

    def __init__(self, given: Sequence[int], num_events: int) -> None:
        super().__init__(
            f"The task's loss gives an array of shape {tuple(given)} for {num_events} events.\n"
            f"  Needed is {(num_events,)}: event weights would be broadcast over anything else.\n"
            "  Sum or squeeze the other axes in the task's `loss`."
        )
