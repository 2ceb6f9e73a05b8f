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
