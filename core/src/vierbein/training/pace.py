"""How fast each parameter learns: the optimiser's groups."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from torch import nn, optim

from vierbein.errors.runs import CourseNamesError
from vierbein.interfaces.course import Course


@dataclass(frozen=True)
class Pace:
    """The parameters that learn, in groups that learn alike.

    Parameters
    ----------
    groups
        As an optimiser takes them.
    rates
        Multiple of the learning rate of each, for the share of the steps that is done.
    """

    groups: list[dict[str, Any]]
    rates: list[Callable[[float], float]]

    @classmethod
    def of(cls, network: nn.Module, course: Course, weight_decay: float) -> "Pace":
        """Group the parameters of a network that learn.

        Parameters
        ----------
        network
            With `requires_grad` as the tuner left it.
        course
            Names those that do not learn as all others do.
        weight_decay
            Of tensors with two or more axes.

        Returns
        -------
        Pace
            In the order of the course; the others come last.

        Raises
        ------
        CourseNamesError
            If the course names what does not learn, or one parameter twice.
        """
        left = {name: p for name, p in network.named_parameters() if p.requires_grad}
        groups: list[dict[str, Any]] = []
        rates = []
        for group in course.groups:
            if unknown := group.names - set(left):
                raise CourseNamesError(sorted(unknown))
            # In the network's order: that of a set differs from process to process.
            found = [left.pop(name) for name in list(left) if name in group.names]
            parts = _parts(found, weight_decay * group.weight_decay)
            groups += parts
            rates += [group.rate] * len(parts)
        parts = _parts(left.values(), weight_decay)
        return cls(groups + parts, rates + [_alike] * len(parts))

    def learning(self, progress: float) -> tuple[bool, ...]:
        """Say which groups learn when a share of the steps is done."""
        return tuple(rate(progress) > 0 for rate in self.rates)

    def set(self, optimizer: optim.Optimizer, rate: float, progress: float) -> None:
        """Set the learning rates of a step, and freeze the groups whose rate is zero."""
        for group, multiple in zip(optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * multiple(progress)
        self.freeze(self.learning(progress))

    def freeze(self, learning: Iterable[bool]) -> None:
        """Let each group learn or not."""
        for group, learns in zip(self.groups, learning, strict=True):
            if group["params"][0].requires_grad != learns:
                for parameter in group["params"]:
                    parameter.requires_grad_(learns)

    def release(self) -> None:
        """Let all of them learn, as the tuner left them."""
        self.freeze([True] * len(self.groups))


def _alike(progress: float) -> float:  # noqa: ARG001 - the form of a rate
    return 1.0


def _parts(parameters: Iterable[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    parameters = list(parameters)
    matrices = [p for p in parameters if p.ndim > 1]
    vectors = [p for p in parameters if p.ndim <= 1]
    groups = [(matrices, weight_decay), (vectors, 0.0)]
    return [{"params": params, "weight_decay": decay} for params, decay in groups if params]
