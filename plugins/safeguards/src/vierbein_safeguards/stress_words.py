"""What a stress test found, in words and in figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vierbein.interfaces.figure import Figure
from vierbein_safeguards.bank import Seen
from vierbein_safeguards.blind_spots import (
    LEVEL,
    BlindSpots,
    chance_of_exchange,
    figure,
    median,
    share_above,
)
from vierbein_safeguards.improvement import improvement, mean_improvement
from vierbein_safeguards.search import Sight
from vierbein_safeguards.sensitivity import HalfPowers, Ratio


@dataclass(frozen=True)
class Found:
    """The blind spots of a domain.

    Parameters
    ----------
    domain
        Which one.
    names
        What the network in question is called, and the one that it is held against.
    spots
        Of every signal that is reached.
    worst
        The signal whose ratio is surely largest.
    ratio
        Its ratio.
    level
        Of an interval that holds for all signals at once.
    threshold
        What a ratio is held against.
    """

    domain: str
    names: tuple[str, str]
    spots: BlindSpots
    worst: str
    ratio: Ratio
    level: float
    threshold: float

    @property
    def is_blind(self) -> bool:
        """Whether a ratio surely lies above the threshold."""
        return self.ratio.low > self.threshold

    @property
    def advice(self) -> str:
        """What to do next, if there is a blind spot."""
        return (
            f"Search in the {self.names[1]}'s representation or in observables too, rotate bases, "
            "or learn more: tune more of the network, or take a larger student."
            if self.is_blind
            else ""
        )

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        interval = f"{self.ratio.value:.2f} [{self.ratio.low:.2f}, {self.ratio.high:.2f}]"
        unseen = ", ".join(self.spots.unreachable)
        unreachable = f" Neither network sees, at any strength: {unseen}." if unseen else ""
        if self.is_blind:
            return (
                f"{self.domain}: the {self.names[0]} network has a blind spot. It needs {interval} "
                f"times the fraction of {self.worst} that its {self.names[1]} needs; "
                f"{self.threshold:g} is granted.{unreachable}"
            )
        ends = {name: ratio.mean(self.level).high for name, ratio in self.spots.ratios.items()}
        widest = max(ends, key=lambda name: ends[name])
        return (
            f"{self.domain}: no blind spot is shown. Of {len(ends)} signals none surely needs more "
            f"than {self.threshold:g} times the fraction that the {self.names[1]} needs; the "
            f"surest is {self.worst}, {interval}. Least is known of {widest}: up to "
            f"{ends[widest]:.2f} times.{unreachable}"
        )

    def figures(self, raw: Mapping[str, HalfPowers], rng: np.random.Generator) -> list[Figure]:
        """Give the bank's summary, and the ratio and s50 of every signal, at 90 %.

        Parameters
        ----------
        raw
            Ratios of a search in observables to the twin; none where there are no observables.
        rng
            For the bootstrap.

        Returns
        -------
        list
            Ratios, signal fractions and one probability.
        """
        ratios, twin = self.spots.ratios, self.names[1]
        largest = max(ratios, key=lambda name: ratios[name].logs.mean())
        chance = chance_of_exchange(ratios)
        found = [
            figure(f"largest blind-spot ratio, {largest}", ratios[largest].mean(LEVEL)),
            median("median blind-spot ratio", ratios, rng),
            share_above(f"share surely above {self.threshold:g}", ratios, self.threshold),
            median(f"control: median ratio of {twin} to {twin}", self.spots.control(), rng),
            self.spots.scatter(f"control: factor between two {twin}s, typically"),
        ]
        if raw:
            found.append(median(f"reference: median ratio of observables to {twin}", raw, rng))
        alike = "probability of so large a ratio if arms are alike"
        found.append(Figure(alike, chance, chance, chance))
        found += [figure(f"BSR of {name}", ratio.mean(LEVEL)) for name, ratio in ratios.items()]
        for label, powers in zip(self.names, (self.spots.ours, self.spots.twin), strict=True):
            found += [figure(f"s50 of {n}, {label}", p.mean(LEVEL)) for n, p in powers.items()]
        return found


def gains(label: str, seeds: Sequence[Seen], signals: Sequence[str]) -> dict[str, Figure]:
    """Give the significance improvement of an arm's anomaly score for every signal.

    Parameters
    ----------
    label
        Of the arm.
    seeds
        What its networks see.
    signals
        By name.

    Returns
    -------
    dict
        Figures by signal.
    """
    sights = [Sight(seen.background) for seen in seeds]
    known = [sight.distances(seen.background) for sight, seen in zip(sights, seeds, strict=True)]
    found = {}
    for name in signals:
        title = f"SIC of {name}, {label}"
        each = [
            improvement(title, background, sight.distances(seen.signals[name]))
            for sight, seen, background in zip(sights, seeds, known, strict=True)
        ]
        found[name] = mean_improvement(title, each)
    return found
