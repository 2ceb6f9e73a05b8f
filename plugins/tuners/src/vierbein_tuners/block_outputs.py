"""What a backbone's blocks give, found by sending a few events through."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema, Role
from vierbein.interfaces.backbone import Backbone
from vierbein_tuners.made_events import made_events

_LENGTHS = (5, 3)
_OTHER_LENGTHS = (7, 3)
_SAME = 1e-3
"""Largest change of an invariant in single precision, over its size."""
_SAME = 1e-3
"""Largest change of an invariant in single precision, over its size."""
_CODES = (11, 22)
"""Electron and photon, for backbones that know no codes of their own."""


def vectors(backbone: Backbone) -> list[tuple[nn.Module, int, int]]:
    """Find, for each block, the first tensor it gives that its symmetries leave alone.

    A nonlinear layer may act on the components of a vector only if no symmetry mixes them.

    Parameters
    ----------
    backbone
        Left as it was.

    Returns
    -------
    list
        Block, position of the tensor among those that it gives, and its last axis' length. Blocks
        that give no such tensor are left out.
    """
    events = made_events(backbone, _LENGTHS)
    given = _given(backbone, events)
    longer = _given(backbone, made_events(backbone, _OTHER_LENGTHS))
    turned = [_given(backbone, other) for other in _turned(backbone, events)]
    found = []
    for index, block in enumerate(backbone.blocks()):
        for place, tensor in enumerate(given[index]):
            others = [outputs[index][place] for outputs in turned]
            width = tensor.shape[-1] if tensor.ndim > 1 else 0
            # An axis of slots, as of the bias of pairs, grows with the event.
            is_vector = width > 1 and width == longer[index][place].shape[-1]
            is_vector = is_vector and tensor.is_floating_point()
            if is_vector and all(_agree(tensor, other) for other in others):
                found.append((block, place, width))
                break
    return found


def tensors_of(output: object) -> list[Tensor]:
    """List the tensors that a block gives, alone or in a tuple."""
    if isinstance(output, Tensor):
        return [output]
    parts: Sequence[object] = output if isinstance(output, tuple | list) else ()
    return [part for part in parts if isinstance(part, Tensor)]


def _given(backbone: Backbone, events: EventBatch) -> list[list[Tensor]]:
    blocks = backbone.blocks()
    seen: list[list[Tensor]] = [[] for _ in blocks]

    def keep(index: int, module: nn.Module, given: object, output: object) -> None:  # noqa: ARG001
        seen[index] = tensors_of(output)

    handles = [b.register_forward_hook(partial(keep, i)) for i, b in enumerate(blocks)]
    try:
        with _evaluated(backbone):
            backbone(events)
    finally:
        for handle in handles:
            handle.remove()
    return seen


@contextmanager
def _evaluated(backbone: Backbone) -> Iterator[None]:
    was_training = backbone.training
    backbone.eval()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        yield
    backbone.train(was_training)


def _turned(backbone: Backbone, events: EventBatch) -> list[EventBatch]:
    """Transform the events by what the backbone claims not to notice, beside their order."""
    found = []
    claimed = backbone.symmetries
    if claimed & {"rotation", "reflection", "e3", "lorentz"}:
        found.append(_moved(events, _turn(0.7) @ _turn(1.9, 2, 3)))
    elif "azimuth" in claimed:
        found.append(_moved(events, _turn(0.7)))
    if claimed & {"lorentz", "boost"}:
        matrix = torch.eye(4)
        matrix[0, 0] = matrix[3, 3] = torch.cosh(torch.tensor(0.4))
        matrix[0, 3] = matrix[3, 0] = torch.sinh(torch.tensor(0.4))
        found.append(_moved(events, matrix, in_space=False))
    return found


def _turn(angle: float, first: int = 1, second: int = 2) -> Tensor:
    matrix = torch.eye(4)
    matrix[first, first] = matrix[second, second] = torch.cos(torch.tensor(angle))
    matrix[second, first] = torch.sin(torch.tensor(angle))
    matrix[first, second] = -matrix[second, first]
    return matrix


def _moved(events: EventBatch, matrix: Tensor, *, in_space: bool = True) -> EventBatch:
    """Transform four-momenta and features; under boosts a vector in space has no known image."""
    matrix = matrix.to(events.p4)
    features = events.features.clone()
    parts = {Role.FOUR_VECTOR: matrix} | ({Role.VECTOR: matrix[1:, 1:]} if in_space else {})
    for role, part in parts.items():
        for columns in _components(events.schema, role, len(part)):
            features[:, columns] = features[:, columns] @ part.T
    return EventBatch(
        events.schema,
        events.p4 @ matrix.T,
        features,
        events.offsets,
        pdg=events.pdg,
        event_features=events.event_features,
    )


def _components(schema: FeatureSchema, role: Role, size: int) -> Iterator[list[int]]:
    """Give the columns of each vector: its components stand side by side."""
    columns = [index for index, feature in enumerate(schema.features) if feature.role == role]
    for first in range(0, len(columns) - size + 1, size):
        yield columns[first : first + size]


def _agree(tensor: Tensor, other: Tensor) -> bool:
    if tensor.shape != other.shape:
        return False
    largest = float(tensor.abs().max()) or 1.0
    return float((tensor - other).abs().max()) <= _SAME * largest
