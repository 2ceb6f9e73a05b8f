"""The classes that a task tells apart, and what a network says of each event's."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from vierbein.events.buckets import batches
from vierbein.events.table import EventTable
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.task import Scores, Task

Probabilities = Float[NDArray[np.float64], "_event _class"]
ClassOf = Int[NDArray[np.int64], " _event"]

_BATCH = 256


@dataclass(frozen=True)
class Classes:
    """The classes of a classification, found by what every task gives: its parts and its scores.

    Parameters
    ----------
    task
        One whose parts are classes.
    names
        Of the classes, in the order of their columns.
    """

    task: Task
    names: tuple[str, ...]

    @classmethod
    def of(cls, task: Task, table: EventTable) -> "Classes | None":
        """Find the classes, or None where the task is no classification.

        It is one if each event belongs to exactly one part and is called right or wrong in it, and
        if there is one score a class; two classes may share one, the probability of the second.

        Parameters
        ----------
        task
            The run's.
        table
            Labelled events, at least one.

        Returns
        -------
        Classes
            None for a regression and the like.
        """
        parts = task.parts(_no_scores(task, len(table)), table.truths())
        belongs = np.array([part.belongs for part in parts.values()])
        is_called = all(np.isin(part.merit, (0.0, 1.0)).all() for part in parts.values())
        has_scores = len(task.score_names) == len(parts) or (
            len(task.score_names) == 1 and len(parts) == 2  # noqa: PLR2004 - one is enough for two
        )
        if not (len(parts) > 1 and is_called and has_scores and (belongs.sum(axis=0) == 1).all()):
            return None
        return cls(task, tuple(parts))

    def of_events(self, table: EventTable) -> ClassOf:
        """Give each labelled event's class, by its column."""
        parts = self.task.parts(_no_scores(self.task, len(table)), table.truths())
        classes: ClassOf = np.array([part.belongs for part in parts.values()]).argmax(axis=0)
        return classes

    def probabilities(self, scores: NDArray[np.floating]) -> Probabilities:
        """Turn the task's scores into one probability a class, which add up to one."""
        columns = scores.astype(np.float64)
        if columns.shape[1] == 1:
            columns = np.concatenate([1 - columns, columns], axis=1)
        clipped = np.clip(columns, 0.0, None)
        shares: Probabilities = clipped / clipped.sum(axis=1, keepdims=True)
        return shares

    def scores(self, probabilities: Probabilities) -> Scores:
        """Turn probabilities into the task's scores."""
        first = len(self.names) - len(self.task.score_names)
        return probabilities[:, first:].astype(np.float32)

    def predicted(self, view: RunView, table: EventTable) -> Probabilities:
        """Give the probabilities of the network that the run recommends.

        Parameters
        ----------
        view
            The run.
        table
            Events of one target domain.

        Returns
        -------
        ndarray
            One row an event, in the table's order.
        """
        parts = batches(table.num_particles, _BATCH, None)
        scores = [self.task.scores(view.predict(table.take(part)).double()) for part in parts]
        back = np.argsort(np.concatenate(parts))
        return self.probabilities(np.concatenate([s.detach().cpu().numpy() for s in scores])[back])


def _no_scores(task: Task, num: int) -> Scores:
    return np.zeros((num, len(task.score_names)), np.float32)
