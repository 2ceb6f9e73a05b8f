"""What a network answers from, as figures and pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from vierbein.events.table import EventTable
from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein.interfaces.network import Network
from vierbein_safeguards.attribution import Attributions, shares_of
from vierbein_safeguards.drift import Drift
from vierbein_safeguards.evaluated import evaluate
from vierbein_safeguards.sculpting import Dependence
from vierbein_safeguards.shadow import shadow

BEFORE: Final = "before transfer"
AFTER: Final = "after transfer"
_UNIT: Final = "standard deviations of the answers"


@dataclass(frozen=True)
class Seen:
    """One network's attributions in both domains.

    Parameters
    ----------
    network
        Which answers.
    axis
        Along which its predictions are read.
    here
        In the source domain.
    there
        In the target domain.
    drift
        Between them.
    """

    network: Network
    axis: Float[NDArray[np.float64], " output"]
    here: Attributions
    there: Attributions
    drift: Drift


def axis_of(
    predictions: Float[NDArray[np.float64], "event output"],
) -> Float[NDArray[np.float64], " output"]:
    """Give the direction in which predictions differ most between events.

    Of two logits it is their difference, which is what decides; of one output it is that output.
    """
    centred = predictions - predictions.mean(axis=0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    # The sign is a convention: without one, rounding would choose it.
    signed: NDArray[np.float64] = axis * np.sign(axis[np.abs(axis).argmax()])
    return signed


def attributed(seen: Mapping[str, Seen]) -> list[Figure]:
    """Give each network's moves, shares and what its attributions lack."""
    figures = []
    for name, one in seen.items():
        unit = max(float(one.there.answers.std()), np.finfo(float).tiny)
        lacking = float(np.abs(one.there.missing).mean()) / unit
        title = f"what attributions lack to the answers, {name}"
        figures.append(Figure(title, lacking, lacking, lacking, _UNIT))
        columns = (one.drift.moves, one.drift.low, one.drift.high)
        figures += [
            Figure(f"move of {feature}, {name}", float(value), float(low), float(high), _UNIT)
            for feature, value, low, high in zip(one.drift.names, *columns, strict=True)
        ]
    if BEFORE in seen and AFTER in seen:
        figures.append(share_change(seen, slice(None), "in all events"))
    return figures


def share_change(seen: Mapping[str, Seen], events: NDArray[np.bool_] | slice, where: str) -> Figure:
    """Give the feature whose share of the attributions has changed most by transfer.

    Parameters
    ----------
    seen
        Both networks.
    events
        Those of the target domain that count.
    where
        What they are, in words.

    Returns
    -------
    Figure
        Share after transfer minus share before it.
    """
    before, after = (shares_of(seen[name].there.values[events]) for name in (BEFORE, AFTER))
    at = int(np.abs(after - before).argmax())
    change = float(after[at] - before[at])
    title = f"largest change of a share of the attributions, {where}: {seen[AFTER].there.names[at]}"
    return Figure(title, change, change, change)


def shadows(
    seen: Mapping[str, Seen],
    events: EventTable,
    observables: Mapping[str, NDArray[np.float64]],
    rng: np.random.Generator,
) -> list[Figure]:
    """Let trees on observables imitate each network's answers.

    Parameters
    ----------
    seen
        The networks.
    events
        Of the target domain.
    observables
        Theirs, by name.
    rng
        Random numbers.

    Returns
    -------
    list
        Fidelities, and importances of the observables; none without observables.
    """
    figures: list[Figure] = []
    if not observables:
        return figures
    columns = np.stack(list(observables.values()), axis=1)
    for name, one in seen.items():
        answers = evaluate(one.network, events).prediction @ one.axis
        found = shadow(tuple(observables), columns, answers, rng)
        title = f"share of the answers' variance that observables explain, {name}"
        figures.append(Figure(title, found.fidelity, found.low, found.high))
        figures += [
            Figure(f"of which is lost without {observable}, {name}", lost, lost, lost)
            for observable, lost in found.importances.items()
        ]
    return figures


def dependence(name: str, found: Dependence) -> list[Figure]:
    """Give a measure of dependence beside what chance gives."""
    low, high = found.typical
    middle = (low + high) / 2
    return [
        Figure(name, found.value, found.value, found.value),
        Figure(f"{name}: by chance", middle, low, high),
        Figure(f"{name}: probability by chance", found.chance, found.chance, found.chance),
    ]


def shares_picture(domain: str, seen: Mapping[str, Seen]) -> Picture:
    """Draw each feature's share of all attributions, before and after transfer."""
    names = next(iter(seen.values())).there.names
    at = list(map(float, range(len(names))))
    lines = [
        Line(name, at, one.there.shares.tolist(), style="points") for name, one in seen.items()
    ]
    title = f"What the answers are made of: {domain}"
    return Picture(title, "feature", "share of attributions", lines, x_names=names)


def moves_picture(domain: str, seen: Mapping[str, Seen], limit: float) -> Picture:
    """Draw how far what each feature carries has moved from source to target domain."""
    names = next(iter(seen.values())).drift.names
    at = list(map(float, range(len(names))))
    lines = [
        Line(
            name,
            at,
            one.drift.moves.tolist(),
            one.drift.low.tolist(),
            one.drift.high.tolist(),
            style="points",
        )
        for name, one in seen.items()
    ]
    ends = [0.0, float(max(len(names) - 1, 1))]
    lines.append(Line("warned above", ends, [limit, limit], style="level"))
    title = f"What has moved from the source domain: {domain}"
    return Picture(title, "feature", "standard deviations of the answers", lines, x_names=names)
