"""Whether test events can judge anything."""

import numpy as np

from vierbein.errors.runs import NoTruthError, UndefinedMetricError
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
    NoTruthError
        If they lack a truth.
    UndefinedMetricError
        If equal scores for all events have no metric.
    """
    test = domain.events("test", limit)
    truths = test.truths()
    if missing := [name for name in task.truth if name not in truths]:
        raise NoTruthError(domain.name, missing[0], tuple(truths))
    scores = np.zeros((len(test), len(task.score_names)), np.float32)
    if np.isnan(task.measure(scores, truths, test.weights[None])).any():
        raise UndefinedMetricError(domain.name, task.metric, len(test))
