"""What a student can learn from a teacher: one number an event, each."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.interfaces.task import Task

_LEAST = 1e-6


def response(
    student: Float[Tensor, "event output"],
    teacher: Float[Tensor, "event output"],
    temperature: float,
) -> Float[Tensor, " event"]:
    """Give the divergence of class probabilities, of logits over a temperature, times its square.

    The square keeps gradients as large as those of the task's own loss [1]_.

    Parameters
    ----------
    student
        Logits.
    teacher
        Logits.
    temperature
        Above 1, unlikely classes count for more.

    Returns
    -------
    Tensor
        Kullback and Leibler's of the student's from the teacher's, in nats, times temperature^2.

    References
    ----------
    .. [1] G. Hinton, O. Vinyals, J. Dean, arXiv:1503.02531.

    Examples
    --------
    >>> even, sure = torch.zeros(1, 2), torch.tensor([[0.0, 1000.0]])
    >>> response(even, sure, 1.0), response(even, even, 1.0)
    (tensor([0.6931]), tensor([0.]))
    """
    ours, theirs = ((each / temperature).log_softmax(1) for each in (student, teacher))
    return temperature**2 * (theirs.exp() * (theirs - ours)).sum(1)


def distance(
    student: Float[Tensor, "event number"], teacher: Float[Tensor, "event number"]
) -> Float[Tensor, " event"]:
    """Give the mean squared difference of an event's numbers."""
    return (student - teacher).square().mean(1)


def relation(
    student: Float[Tensor, "event one"], teacher: Float[Tensor, "event other"]
) -> Float[Tensor, " event"]:
    """Compare how far each event is from the others of its batch, in units of the mean distance.

    Parameters
    ----------
    student
        Vectors, of any width.
    teacher
        Vectors of the same events, of another width.

    Returns
    -------
    Tensor
        The mean over the other events of Huber's loss of the difference of distances [1]_.

    References
    ----------
    .. [1] W. Park, D. Kim, Y. Lu, M. Cho, arXiv:1904.05068.
    """
    ours, theirs = (_distances(each) for each in (student, teacher))
    num_others = max(1, len(ours) - 1)
    return nn.functional.smooth_l1_loss(ours, theirs, reduction="none").sum(1) / num_others


def predicts_classes(task: Task, predictions: Float[Tensor, "event output"]) -> bool:
    """Say whether a task's predictions are logits: its scores are then their softmax.

    Parameters
    ----------
    task
        Any.
    predictions
        Some.

    Returns
    -------
    bool
        False for a regression.
    """
    probabilities, scores = predictions.softmax(1), task.scores(predictions)
    if predictions.shape[1] < 2:  # noqa: PLR2004 - one column has nothing to be told apart
        return False
    return all(
        any(torch.allclose(score, each, atol=_LEAST) for each in probabilities.T)
        for score in scores.T
    )


def _distances(vectors: Float[Tensor, "event width"]) -> Float[Tensor, "event event"]:
    squares = (vectors[:, None] - vectors[None]).square().sum(2)
    distances = (squares + _LEAST**2).sqrt() - _LEAST  # finite slope where two are equal
    return distances / distances.mean().clamp(min=_LEAST)
