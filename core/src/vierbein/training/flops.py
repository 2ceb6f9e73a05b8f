"""Floating-point operations of a network, counted on real particles."""

import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from vierbein.events.batch import EventBatch
from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Loss

_DEGREE = 2


@dataclass(frozen=True)
class Flops:
    """Operations an event, as polynomials in its number of particles.

    Parameters
    ----------
    forward
        Coefficients of a prediction, highest power first.
    step
        Coefficients of forward and backward pass of a training step; frozen parameters cost their
        forward pass and what the gradient needs to get through them.
    """

    forward: tuple[float, ...]
    step: tuple[float, ...]

    def of_predictions(self, num_particles: NDArray[np.int64]) -> float:
        """Sum over events the cost of predicting them."""
        return float(np.polyval(self.forward, num_particles).sum())

    def of_steps(self, num_particles: NDArray[np.int64]) -> float:
        """Sum over events the cost of learning from them once."""
        return float(np.polyval(self.step, num_particles).sum())


def count(network: Network, task: Loss, events: EventTable) -> Flops:
    """Count the operations of a network at a few multiplicities, and interpolate.

    Matrix products and attention are polynomials of second degree in the number of particles, so
    that three multiplicities fix them. Attention is counted in its plain form, whose backward pass
    the counter sees.

    Parameters
    ----------
    network
        With `requires_grad` as the tuner left it.
    task
        Whose loss is differentiated.
    events
        Any events of the network's domain; the largest one is cut to the multiplicities wanted.

    Returns
    -------
    Flops
        Of a prediction and of a training step, by an event's number of particles.
    """
    largest = int(np.argmax(events.num_particles))
    event = events.take(np.array([largest]))
    most = max(int(events.num_particles[largest]), 1)
    sizes = sorted({1, (most + 1) // 2, most})
    counted = copy.deepcopy(network).train()
    costs = [_cost(counted, task, event.leading(size)) for size in sizes]
    degree = min(_DEGREE, len(sizes) - 1)
    forward, step = (np.polyfit(sizes, column, degree) for column in zip(*costs, strict=True))
    return Flops(tuple(map(float, forward)), tuple(map(float, step)))


def _cost(network: Network, task: Loss, event: EventBatch) -> tuple[float, float]:
    with sdpa_kernel(SDPBackend.MATH):
        with FlopCounterMode(display=False) as forward:
            network(event)
        with FlopCounterMode(display=False) as step:
            loss = task.loss(network(event), event).mean()
            if loss.requires_grad:
                loss.backward()  # type: ignore[no-untyped-call]
    return float(forward.get_total_flops()), float(step.get_total_flops())
