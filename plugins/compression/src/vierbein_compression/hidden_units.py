"""Hidden units of a student's body: which layers make them, which read them."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch_pruning as tp
from jaxtyping import Float
from torch import Tensor, nn

Member = tuple[nn.Linear, list[int]]
"""A layer, and which of its rows or columns belong to the units, in their order."""


@dataclass(frozen=True)
class Units:
    """Units of one hidden layer, or of several that are added.

    Parameters
    ----------
    layer
        One of those that make them.
    made
        Of each layer that makes them: its parameters, one row a unit.
    read
        Of each layer that reads them: its weights, one row a unit.
    """

    layer: nn.Linear
    made: Sequence[Tensor]
    read: Sequence[Tensor]

    @property
    def importance(self) -> Float[Tensor, " unit"]:
        """The norm of what makes a unit times that of what reads it: 0 if it does nothing."""
        return _norm(self.made) * _norm(self.read)


class Body:
    """A student's body, and how its layers depend on one another.

    Parameters
    ----------
    body
        Inputs -> pooled vector; changed in place.
    inputs
        An example.
    width
        Of the pooled vector.
    """

    def __init__(self, body: nn.Module, inputs: Tensor, width: int) -> None:
        self._reader = nn.Linear(width, 1).to(inputs)
        whole = nn.Sequential(body, self._reader)
        self._graph = tp.DependencyGraph().build_dependency(whole, example_inputs=inputs)
        self._layers = [each for each in body.modules() if isinstance(each, nn.Linear)]

    def units(self) -> list[Units]:
        """Give all hidden units, those of each layer once.

        Layers across particles have units of another kind than torch-pruning sees: what is added to
        their input, as the mixer does, is left alone, and so is the pooled vector.
        """
        found, seen = [], set()
        for layer in self._layers:
            if layer in seen:
                continue
            made, read = self._members(layer)
            makers, readers = ({member for member, _ in part} for part in (made, read))
            seen |= makers
            if not makers & readers and self._reader not in readers:
                found.append(Units(layer, _rows(made), [m.weight[:, at].T for m, at in read]))
        return found

    def remove(self, units: Units, chosen: Sequence[int]) -> None:
        """Take units away."""
        self._group(units.layer, chosen).prune()

    def _members(self, layer: nn.Linear) -> tuple[list[Member], list[Member]]:
        """Find the layers that make the units of one layer, and those that read them."""
        made: list[Member] = []
        read: list[Member] = []
        for dependency, at in self._group(layer, range(layer.out_features)):
            member = dependency.target.module
            if isinstance(member, nn.Linear):
                is_made = dependency.handler == tp.prune_linear_out_channels
                (made if is_made else read).append((member, at))
        return made, read

    def _group(self, layer: nn.Linear, chosen: Sequence[int]) -> tp.Group:
        return self._graph.get_pruning_group(layer, tp.prune_linear_out_channels, list(chosen))


def resize(network: nn.Module, parameters: dict[str, Tensor]) -> None:
    """Give the linear layers of a network the shapes of stored parameters; they are not filled."""
    for name, module in network.named_modules():
        if isinstance(module, nn.Linear):
            for own in [own for own, _ in module.named_parameters(recurse=False)]:
                setattr(module, own, nn.Parameter(torch.empty_like(parameters[f"{name}.{own}"])))
            module.out_features, module.in_features = module.weight.shape


def _rows(made: list[Member]) -> list[Tensor]:
    parameters = [(p, at) for member, at in made for p in member.parameters()]
    return [p[at].reshape(len(at), -1) for p, at in parameters]


def _norm(parts: Sequence[Tensor]) -> Float[Tensor, " unit"]:
    norm: Tensor = torch.linalg.vector_norm(torch.cat([*parts], dim=1).detach(), dim=1)
    return norm
