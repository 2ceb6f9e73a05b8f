"""A network as its difference to a base: its own tensors, and the names of those that it shares."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from vierbein.errors.loading import DifferenceError

_OF_ADAPTER = "projection."


@dataclass(frozen=True)
class Difference:
    """What a network has of its own, and what is its base's, to the last bit.

    Parameters
    ----------
    own
        Tensors that the base does not have.
    from_base
        The base's name of every other tensor.
    """

    own: Mapping[str, Tensor]
    from_base: Mapping[str, str]

    @classmethod
    def of(cls, state: Mapping[str, Tensor], base: Mapping[str, Tensor]) -> Self:
        """Part a network's tensors by their bytes, whatever their names.

        A tuner may have moved a tensor: the base's `x.weight` is
        `x.parametrizations.weight.original` under LoRA. The projection is always the network's own:
        it is what an adapter learned.

        Parameters
        ----------
        state
            The network's tensors by name.
        base
            The base's; none where there is no base.

        Returns
        -------
        Difference
            Which `fill` makes the same tensors of.
        """
        own: dict[str, Tensor] = {}
        from_base: dict[str, str] = {}
        for name, tensor in state.items():
            names = [name, *sorted(base)] if name in base else sorted(base)
            is_new = name.startswith(_OF_ADAPTER)
            same = next((n for n in names if not is_new and is_same(base[n], tensor)), None)
            if same is None:
                own[name] = tensor
            else:
                from_base[name] = same
        return cls(own, from_base)

    def fill(
        self, base: Mapping[str, Tensor], wanted: Mapping[str, Tensor]
    ) -> Mapping[str, Tensor]:
        """Give all tensors of the network again.

        Parameters
        ----------
        base
            The base's tensors by name.
        wanted
            Those of a network of the same architecture.

        Returns
        -------
        Mapping
            As `load_state_dict` takes them.

        Raises
        ------
        DifferenceError
            If they are not the network's, by name, shape and type.
        """
        filled: dict[str, Tensor] = dict(self.own)
        for name, there in self.from_base.items():
            if there not in base:
                raise DifferenceError(name, f"is missing: the base has no {there}")
            if name in filled:
                raise DifferenceError(name, "is both its own and the base's")
            filled[name] = base[there]
        if differing := sorted(set(filled) ^ set(wanted)):
            said = "is not in the network" if differing[0] in filled else "is missing"
            raise DifferenceError(differing[0], said)
        for name, tensor in wanted.items():
            ours, theirs = _form(tensor), _form(filled[name])
            if ours != theirs:
                raise DifferenceError(name, f"is {theirs}, the network's is {ours}")
        return filled


def is_same(first: Tensor, second: Tensor) -> bool:
    """Say whether two tensors agree in every bit."""
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    as_bytes = (t.detach().cpu().contiguous().view(-1).view(torch.uint8) for t in (first, second))
    return torch.equal(*as_bytes)  # 0.0 and -0.0 are equal numbers, and other bits


def _form(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')}{list(tensor.shape)}"
