"""Functions and methods of tensors -> operations of a program."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import torch

from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Max,
    Mean,
    Reshape,
    Sum,
    Take,
    Transpose,
)
from vierbein_compression.program_writer import NUM_EVENTS, ProgramWriter, Tensor


class Extremes(NamedTuple):
    """What torch.max along an axis gives; which particle it was is not known."""

    values: Tensor
    indices: None = None


class TracedFunctions:
    """Writes what a body and a head call besides their layers.

    Parameters
    ----------
    writer
        Where to.
    """

    def __init__(self, writer: ProgramWriter) -> None:
        self.writer = writer
        functions: dict[str, Callable[..., Any]] = {
            "add": self._add,
            "contiguous": lambda given: given,
            "expand": self._expand,
            "getattr": self._attribute,
            "getitem": self._item,
            "index_select": self._index_select,
            "max": self._max,
            "permute": self._permute,
            "size": lambda given, *dim: given.shape[dim[0]] if dim else given.shape,
        }
        functions |= dict.fromkeys(("cat", "concat", "concatenate"), self._cat)
        functions |= dict.fromkeys(("transpose", "swapaxes", "swapdims"), self._transpose)
        kinds: dict[str, type[Sum | Max]] = {"sum": Sum, "mean": Mean, "amax": Max}
        functions |= {name: partial(self._reduce, kind) for name, kind in kinds.items()}
        shapings = ("reshape", "view", "flatten", "unflatten", "squeeze", "unsqueeze")
        functions |= {name: partial(self._shape, name) for name in shapings}
        self._functions = functions

    def call(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Write a call by the function's name, and give what it gives."""
        function = self._functions.get(name)
        if function is None:
            self.writer.refuse(name)
        try:
            return function(*args, **kwargs)
        except TypeError:  # arguments that are not known here
            self.writer.refuse(f"{name} with other arguments")

    def _reduce(
        self, kind: type[Sum | Max], given: Tensor, dim: Any = None, keepdim: bool = False
    ) -> Tensor:
        if dim is None:
            self.writer.refuse(f"{kind.__name__.lower()} over the events", "Name an axis.")
        dims = [dim] if isinstance(dim, int) else list(dim)
        for number, axis in enumerate(sorted((self._axis(given, d) for d in dims), reverse=True)):
            length, part = given.shape[axis + 1], f".{number}" if number else ""
            if kind is Mean and length & (length - 1):
                what = f"over {length}, which is no power of two: take the sum"
                self.writer.find("mean", what)
                kind = Sum
            given = self.writer.put(kind, given, part=part, axis=axis, is_kept=keepdim)
        return given

    def _max(self, given: Tensor, dim: Any = None, keepdim: bool = False) -> Extremes:
        if not isinstance(dim, int):
            self.writer.refuse("max of two tensors, or over the events", "Take amax of an axis.")
        return Extremes(self._reduce(Max, given, dim, keepdim))

    def _add(self, one: Any, other: Any) -> Tensor:
        if not isinstance(one, Tensor) or not isinstance(other, Tensor):
            self.writer.refuse("add of a constant", "Leave it to the bias of an nn.Linear.")
        if len(one.shape) != len(other.shape):
            what = "add of tensors with different numbers of axes"
            self.writer.refuse(what, "Unsqueeze the smaller one.")
        return self.writer.put(Add, one, other)

    def _cat(self, tensors: Any, dim: int = 0) -> Tensor:
        return self.writer.put(Concatenate, *tensors, axis=self._axis(tensors[0], dim))

    def _transpose(self, given: Tensor, dim0: int, dim1: int) -> Tensor:
        axes = list(range(len(given.shape) - 1))
        one, other = self._axis(given, dim0), self._axis(given, dim1)
        axes[one], axes[other] = axes[other], axes[one]
        return self.writer.put(Transpose, given, axes=tuple(axes))

    def _permute(self, given: Tensor, *dims: Any) -> Tensor:
        flat = dims[0] if len(dims) == 1 else dims
        if flat[0] % len(given.shape) != 0:
            self.writer.refuse_mixing("permute")
        axes = tuple(self._axis(given, dim) for dim in flat[1:])
        return self.writer.put(Transpose, given, axes=axes)

    def _shape(self, name: str, given: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        numbers = torch.from_numpy(given.numbers.integers)
        shape = getattr(numbers, name)(*args, **kwargs).shape
        if not shape or shape[0] != NUM_EVENTS:
            self.writer.refuse_mixing(name)
        return self.writer.put(Reshape, given, shape=tuple(shape[1:]))

    def _expand(self, given: Tensor, *sizes: Any) -> Tensor:
        flat = sizes[0] if len(sizes) == 1 else sizes
        if len(flat) != len(given.shape):
            self.writer.refuse("expand by an axis", "Unsqueeze that axis first.")
        for axis, (size, length) in enumerate(zip(flat, given.shape, strict=True)):
            if size not in (-1, length):
                if not axis:
                    self.writer.refuse_mixing("expand")
                part = f".{axis}"
                given = self.writer.put(Take, given, part=part, indices=(0,) * size, axis=axis - 1)
        return given

    def _index_select(self, given: Tensor, dim: int, index: torch.Tensor) -> Tensor:
        indices = tuple(int(i) for i in index.tolist())
        return self.writer.put(Take, given, indices=indices, axis=self._axis(given, dim))

    def _item(self, given: Tensor, item: Any) -> Tensor:
        items = list(item) if isinstance(item, tuple) else [item]
        if Ellipsis in [each for each in items if not isinstance(each, torch.Tensor)]:
            at = next(i for i, each in enumerate(items) if each is Ellipsis)
            named = sum(each is not None for each in items) - 1
            items[at : at + 1] = [slice(None)] * (len(given.shape) - named)
        lists = [each for each in items if isinstance(each, list | torch.Tensor)]
        first = items[0]
        if len(lists) > 1 or not isinstance(first, slice) or first != slice(None):
            self.writer.refuse_mixing("getitem with several lists of indices, or of events")
        numbers = torch.from_numpy(given.numbers.integers)
        shape, axis = numbers[tuple(items)].shape, 0
        for each in items:
            if each is None:
                continue
            if not (isinstance(each, slice) and each == slice(None)):
                indices = torch.arange(given.shape[axis])[each].reshape(-1).tolist()
                part = f".{axis}"
                given = self.writer.put(
                    Take, given, part=part, indices=tuple(indices), axis=axis - 1
                )
            axis += 1
        if given.shape != shape:
            given = self.writer.put(Reshape, given, shape=tuple(shape[1:]))
        return given

    def _attribute(self, given: Tensor, name: str) -> Any:
        match name:
            case "shape":
                return given.shape
            case "ndim":
                return len(given.shape)
            case "mT":
                return self._transpose(given, -1, -2)
        return self.writer.refuse(name)

    def _axis(self, given: Tensor, dim: int) -> int:
        """Count an axis without the one of events."""
        axis = dim % len(given.shape)
        if not axis:
            self.writer.refuse_mixing("an operation along the events")
        return axis - 1


def reads(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Say whether a call reads tensors of the program."""
    given = [*args, *kwargs.values()]
    given += [each for lot in given if isinstance(lot, list) or type(lot) is tuple for each in lot]
    return any(isinstance(each, Tensor) for each in given)
