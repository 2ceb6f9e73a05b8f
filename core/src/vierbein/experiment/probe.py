"""Probe events: what a base answered to them is recorded in its card, to be asked again."""

import math
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone

TOLERANCE = 1e-4
"""Largest difference over the answers' size: rounding of single precision on another machine."""

_LENGTHS = (1, 3, 8)
_DIGITS = 8


def probe_events(schema: FeatureSchema, codes: Sequence[int], seed: int) -> EventBatch:
    """Make a few events of massive particles with standardised features.

    A column follows from its name and the seed alone, whatever other columns there are. Only
    uniform numbers are drawn: those of numpy's PCG64 are the same in every version.

    Parameters
    ----------
    schema
        Features that they have.
    codes
        PDG codes that particles may have; none gives events without.
    seed
        Other seeds make other events.

    Returns
    -------
    EventBatch
        With features of mean 0 and standard deviation 1, and four-momenta in GeV.
    """
    num = sum(_LENGTHS)

    def draw(name: str, size: int = num) -> NDArray[np.float64]:
        rng = np.random.Generator(np.random.PCG64([seed, crc32(name.encode())]))
        return math.sqrt(12) * (rng.random(size) - 0.5)

    def columns(names: Sequence[str], size: int) -> Tensor:
        made = np.array([draw(name, size) for name in names]).reshape(len(names), size)
        return torch.from_numpy(made.T.astype(np.float32))

    pt, eta, phi = np.exp(draw("p4.pt")), draw("p4.eta"), math.pi / math.sqrt(3) * draw("p4.phi")
    mass = 0.1 + np.abs(draw("p4.mass"))
    energy = np.sqrt((pt * np.cosh(eta)) ** 2 + mass**2)
    p4 = np.stack([energy, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=1)
    at = np.floor((draw("pdg") / math.sqrt(12) + 0.5) * len(codes)).astype(np.int64)
    return EventBatch(
        schema,
        torch.from_numpy(p4.astype(np.float32)),
        columns(schema.names, num),
        torch.tensor([0, *_LENGTHS]).cumsum(0),
        pdg=torch.tensor(codes, dtype=torch.int64)[torch.from_numpy(at)] if codes else None,
        event_features=columns(schema.event_names, len(_LENGTHS)),
    )


def answers(backbone: Backbone, head: nn.Module | None, events: EventBatch) -> dict[str, Tensor]:
    """Give pooled representation and prediction in evaluation mode; nothing of either changes."""
    parts = [backbone] if head is None else [backbone, head]
    modes = [(module, module.training) for part in parts for module in part.modules()]
    for part in parts:
        part.eval()
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        representation = backbone(events)
        found = {"pooled": representation.pooled}
        if head is not None:
            found["prediction"] = head(representation)
    for module, mode in modes:
        module.training = mode
    return found


def record(
    backbone: Backbone, head: nn.Module | None, outputs: Sequence[str], seed: int = 0
) -> dict[str, Any]:
    """Ask a base, for its card.

    Parameters
    ----------
    backbone
        With the base's parameters.
    head
        The same; None where the base has none.
    outputs
        Names of the prediction's columns.
    seed
        Of the events.

    Returns
    -------
    dict
        Plain data: how the events are made, the answers, and how far they may be off.
    """
    found = answers(backbone, head, probe_events(backbone.schema, backbone.codes, seed))
    said = {
        name: [[float(f"{value:.{_DIGITS}g}") for value in row] for row in values.tolist()]
        for name, values in found.items()
    }
    kept = {"seed": seed, "codes": list(backbone.codes), "outputs": list(outputs)}
    return {**kept, "tolerance": TOLERANCE, **said}


def difference(found: Tensor, wanted: Tensor) -> float:
    """Give the largest difference over the largest number that is wanted; infinite if not finite.

    Parameters
    ----------
    found
        What the network answers.
    wanted
        What the base answered.

    Returns
    -------
    float
        0 where they are equal.
    """
    apart = (found.double() - wanted.double()).abs().max().item()
    size = wanted.double().abs().max().item()
    tiny = float(np.finfo(np.float32).tiny)
    return float(apart / max(size, tiny)) if math.isfinite(apart) else math.inf


def columns_of(said: Mapping[str, Any], outputs: Sequence[str]) -> list[int]:
    """Give the places of a record's outputs among a network's."""
    return [list(outputs).index(name) for name in said["outputs"]]
