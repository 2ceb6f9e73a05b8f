"""Golden vectors and the comparison with them: a backend never verifies itself."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from vierbein.events.batch import EventBatch
from vierbein.fixed_point.program import WORDS
from vierbein.fixed_point.vectors import adversarial
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.hardware import Numerics, Vectors
from vierbein.interfaces.network import Network, PaddedNetwork

INPUTS = ("p4", "features", "mask")
OUTPUTS = ("particles", "pooled", "prediction")
"""In the order in which the network computes them."""
STEP = "prediction@"
"""Begins the names of what a network predicts after each step of its lowering."""

_ORDINARY = 8
_LARGE = 1e3


@dataclass(frozen=True)
class Verification:
    """How an emulation compares with the golden outputs.

    Parameters
    ----------
    is_equal
        As the backend's numerics demand.
    first_differing
        The first tensor that is not equal, in the network's order.
    differences
        Largest difference by tensor, relative to its scale; None where one is missing, has another
        shape, or is not finite where the other is.
    """

    is_equal: bool
    first_differing: str | None
    differences: Mapping[str, float | None]


def golden(network: Network, example: EventBatch) -> tuple[Vectors, Vectors]:
    """Compute what a backend must reproduce.

    Ordinary events come first, among them the longest, which fills every slot. Then those that
    break exporters: no particle, one particle, slots in reverse order so that particles stand
    behind empty slots, and values a thousand times too large (MeV read as GeV).

    Of a fixed-point network the inputs are words, with adversarial ones behind those of all events;
    the prediction is torch's own, the other outputs are its program's tensors.

    Parameters
    ----------
    network
        Computes them in evaluation mode; it is left as it was.
    example
        Events in the adapter's schema, at least one.

    Returns
    -------
    dict
        Inputs: ``p4``, ``features``, ``mask``; or ``words``.
    dict
        Outputs: ``particles``, ``pooled``, ``prediction``; or every tensor of the program, and
        ``prediction``.
    """
    if isinstance(network, FixedPointNetwork):
        return _golden_words(network, example)
    longest = example.num_particles.argmax().reshape(1)
    others = torch.arange(min(len(example), _ORDINARY), device=longest.device)
    padded = example.take(torch.cat([longest, others])).padded
    only_first = torch.zeros_like(padded.mask[:1])
    only_first[:, 0] = padded.mask[:1, 0]
    blocks = []
    for values, is_mask in ((padded.p4, False), (padded.features, False), (padded.mask, True)):
        kept = only_first if is_mask else values[:1] * only_first.unsqueeze(-1)
        large = values[:1] if is_mask else values[:1] * _LARGE
        blocks.append(
            torch.cat([values, torch.zeros_like(values[:1]), kept, values[:2].flip(1), large])
        )
    with torch.no_grad():
        outputs = PaddedNetwork(deepcopy(network).eval(), example.schema)(*blocks)
    return _named(INPUTS, blocks), _named(OUTPUTS, outputs)


def verify(outputs: Vectors, emulated: Vectors, numerics: Numerics) -> Verification:
    """Hold an emulation against the golden outputs.

    A difference is relative to its event's largest magnitude in the tensor, or to the median
    event's where that is larger: an event of large values does not excuse the others.

    Parameters
    ----------
    outputs
        The golden ones, one row an event.
    emulated
        The backend's, by the same names. Where numerics are exact, those on the way to the
        prediction may be missing: they cannot be looked at everywhere. What it predicts after a
        step of lowering, ``prediction@STEP``, must equal the prediction.
    numerics
        What agreement means: every bit, or a tolerance.

    Returns
    -------
    Verification
        Whether all agree, and how far each tensor is off.
    """
    expected = dict(outputs)
    prediction = expected.pop(OUTPUTS[-1])
    expected |= {name: prediction for name in emulated if name.startswith(STEP)}
    expected[OUTPUTS[-1]] = prediction
    differences = {
        name: _difference(values, emulated[name]) if name in emulated else None
        for name, values in expected.items()
        if name in emulated or not numerics.is_exact or name == OUTPUTS[-1]
    }
    differing = []
    for name, apart in differences.items():
        is_close = apart is not None and apart <= numerics.tolerance
        is_same = name in emulated and _same_bits(expected[name], emulated[name])
        if not (is_same if numerics.is_exact else is_close):
            differing.append(name)
    return Verification(not differing, differing[0] if differing else None, differences)


def _golden_words(network: FixedPointNetwork, example: EventBatch) -> tuple[Vectors, Vectors]:
    made = deepcopy(network).eval()
    program = made.program()
    with torch.no_grad():
        words = adversarial(program, made.words(example).cpu().numpy().astype(np.int64))
        prediction = made.from_words(torch.from_numpy(words)).cpu().numpy().astype(np.float64)
    tensors = {name: numbers.values for name, numbers in program.run(words).items()}
    tensors.pop(WORDS)
    # Torch's zeros may have a sign, fixed-point numbers have none.
    return {WORDS: words}, {**tensors, OUTPUTS[-1]: prediction + 0.0}


def _named(names: tuple[str, ...], tensors: Any) -> Vectors:
    return {name: tensor.cpu().numpy() for name, tensor in zip(names, tensors, strict=True)}


def _same_bits(first: NDArray[Any], second: NDArray[Any]) -> bool:
    same_kind = first.shape == second.shape and first.dtype == second.dtype
    return same_kind and first.tobytes() == second.tobytes()


def _difference(expected: NDArray[Any], found: NDArray[Any]) -> float | None:
    if expected.shape != found.shape:
        return None
    ours, theirs = (
        values.reshape(len(values), -1).astype(np.float64) for values in (expected, found)
    )
    is_same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    with np.errstate(invalid="ignore"):  # inf - inf, where both are the same
        apart = np.where(is_same, 0.0, np.abs(ours - theirs))
    if not np.isfinite(apart).all():
        return None
    magnitude = np.abs(np.where(np.isfinite(ours), ours, 0.0)).max(axis=1, initial=0.0)
    scale = np.maximum(magnitude, np.median(magnitude))
    # Where all is zero, every difference is infinitely large, but a number as JSON knows them.
    scale = np.maximum(scale, np.finfo(np.float32).tiny)
    return float((apart.max(axis=1, initial=0.0) / scale).max(initial=0.0))
