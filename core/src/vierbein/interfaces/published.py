"""What a backbone's tensors are called in checkpoints that others published."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from vierbein.errors.published import CheckpointMismatchError


@dataclass(frozen=True)
class PublishedNames:
    """Names in published checkpoints; by them a checkpoint becomes a base.

    Parameters
    ----------
    backbone
        Name of each of the backbone's tensors -> its published name.
    head
        Name of each tensor of a task's head -> its published name, for those that are published
        with a head that a task has.
    spelling
        Patterns of names that differ between releases, and what stands for them here; they are
        applied in order, before anything is looked up.
    needless
        How names begin of tensors that change nothing where the backbone is used.
    """

    backbone: Mapping[str, str]
    head: Mapping[str, str] = field(default_factory=dict)
    spelling: Sequence[tuple[str, str]] = ()
    needless: tuple[str, ...] = ()

    def translate(
        self, published: Mapping[str, Any], shapes: Mapping[str, Tensor], name: str
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Give a checkpoint's tensors our names, and refuse what does not fit.

        Parameters
        ----------
        published
            The checkpoint's tensors.
        shapes
            The backbone's own state dict. Axes of length one may be there or not: a convolution of
            size one is a linear layer.
        name
            What the checkpoint is called in errors.

        Returns
        -------
        dict
            What the backbone loads, some of it viewed in another shape.
        dict
            What the head loads.

        Raises
        ------
        CheckpointMismatchError
            If a tensor is missing, left over or of another shape.
        """
        given: dict[str, Tensor] = {}
        left = []
        for theirs, tensor in published.items():
            if (spelt := self._spelt(theirs)) in given or not isinstance(tensor, Tensor):
                left.append(theirs)
            elif not spelt.startswith(self.needless):
                given[spelt] = tensor
        has_head = any(theirs in given for theirs in self.head.values())
        wanted = [*self.backbone.values(), *(self.head.values() if has_head else ())]
        missing = [theirs for theirs in wanted if theirs not in given]
        left += given.keys() - {*wanted}
        resized = [
            theirs
            for own, theirs in self.backbone.items()
            if theirs in given and _squeezed(given[theirs]) != _squeezed(shapes[own])
        ]
        if missing or left or resized:
            raise CheckpointMismatchError(name, sorted(missing), sorted(left), resized)
        backbone = {own: given[n].reshape(shapes[own].shape) for own, n in self.backbone.items()}
        return backbone, {own: given[n] for own, n in self.head.items() if has_head}

    def _spelt(self, name: str) -> str:
        for pattern, instead in self.spelling:
            name = re.sub(pattern, instead, name)
        return name


def _squeezed(tensor: Tensor) -> tuple[int, ...]:
    return tuple(size for size in tensor.shape if size > 1)
