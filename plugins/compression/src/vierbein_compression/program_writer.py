"""What a graph of torch.fx is written into: tensors of a program, its operations, findings."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, NoReturn

import numpy as np
import torch
from torch import fx

from vierbein.fixed_point.format import Numbers
from vierbein.fixed_point.operations import Operation, Shape
from vierbein.fixed_point.profile import Finding
from vierbein.fixed_point.program import WORDS
from vierbein_compression.errors import UnmappedLayerError

NUM_EVENTS: Final = 7
"""Of the example that passes through the graph: a body has no size of its own that is like it."""
_INSTEAD: Final[Mapping[str, str]] = {
    "LayerNorm": "Leave it out: a student's own head has none (compressor=[distill,quantize]).",
    "Linear": "Quantise it:  compressor=[...,quantize]",
    "linear": "Make it an nn.Linear, which is quantised.",
    "ReLU": "Quantise it:  compressor=[...,quantize]",
    "relu": "Make it an nn.ReLU, which is quantised.",
    "stack": "Unsqueeze each, and concatenate.",
    "sub": "Concatenate both, and let the next nn.Linear learn their weights.",
    "mul": "Leave the factor to the weights of an nn.Linear.",
    "matmul": "Take an nn.Linear: products of activations have no form.",
}
_ELSE: Final = "Write it with those."


class Tensor(NamedTuple):
    """A tensor of the program, with the numbers of an example.

    Parameters
    ----------
    name
        In the program.
    numbers
        The example's.
    """

    name: str
    numbers: Numbers

    @property
    def shape(self) -> torch.Size:
        """The example's shape, its events first."""
        return torch.Size(self.numbers.integers.shape)


class ProgramWriter:
    """Collects operations and findings, node by node."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.findings: list[Finding] = []
        self._name = ""

    def words(self, shape: Shape, num_fraction: int) -> Tensor:
        """Give the input words."""
        return Tensor(WORDS, Numbers(np.zeros((NUM_EVENTS, *shape), np.int64), num_fraction))

    def at(self, node: fx.Node) -> None:
        """Say which node is written now; its tensors are named by it and the module around it."""
        stack = list((node.meta.get("nn_module_stack") or {}).values())
        place = f"{stack[-1][0]}." if stack and stack[-1][0] else ""
        self._name = str(node.target) if node.op == "call_module" else f"{place}{node.name}"
        if self._is_taken(self._name):  # a layer that is used again
            self._name = f"{place}{node.name}_again"

    def name(self, part: str = "") -> str:
        """Give the name of the node's tensor, or of a part of what it does."""
        return f"{self._name}{part}"

    def put(self, kind: type[Operation], *given: Tensor, part: str = "", **settings: Any) -> Tensor:
        """Write an operation, and compute the example's numbers."""
        name = self.name(part)
        while self._is_taken(name):
            name = f"{name}_"
        made = kind(name, tuple(each.name for each in given), **settings)
        self.operations.append(made)
        return Tensor(name, made.compute(*(each.numbers for each in given)))

    def find(self, rule: str, what: str) -> None:
        """Note that the layer breaks a rule of the exact profile."""
        self.findings.append(Finding(self.name(), rule, what))

    def refuse(self, operation: str, instead: str = "") -> NoReturn:
        """Raise the error of an operation without a fixed-point form."""
        raise UnmappedLayerError(
            self.name(), operation, instead or _INSTEAD.get(operation, _ELSE)
        ) from None

    def refuse_mixing(self, operation: str) -> NoReturn:
        """Raise the error of an operation that mixes events."""
        what = "Keep the axis of events first, and each event by itself."
        self.refuse(f"{operation} across events", what)

    def _is_taken(self, name: str) -> bool:
        return any(each.name == name for each in self.operations)
