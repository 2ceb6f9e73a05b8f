"""Whether test events can judge anything."""

import numpy as np

from vierbein.errors.runs import UndefinedMetricError
from vierbein.experiment.domain import Domain
from vierbein.interfaces.task import Task


def check_measurable(task: Task, domain: Domain, limit: int) -> None:
    """Refuse test events on which the deciding metric has no value, before anything is trained.

    Parameters
    ----------
    task
        Whose metric decides.
    domain
        Whose test events judge.
    limit
        At most so many of them; 0 takes all.

    Raises
    ------
    UndefinedMetricError
        If equal scores for all events have no metric.
    """
    test = domain.events("test", limit)
    scores = np.zeros((len(test), len(task.score_names)), np.float32)
    if np.isnan(task.measure(scores, test.truths(), test.weights[None])).any():
        raise UndefinedMetricError(domain.name, task.metric, len(test))
