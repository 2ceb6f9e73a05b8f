"""Rotation: whether bases that were trained on different assumptions see the same things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import torch

from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards.bank import Bank, Plan, Seen, inject
from vierbein_safeguards.blind_spots import LEVEL, BlindSpots, family_level, figure, surest
from vierbein_safeguards.errors import NotThereError, OutOfRangeError
from vierbein_safeguards.lacking import FEWEST_EVENTS, FEWEST_SEEDS, undone, what_lacks
from vierbein_safeguards.ranges import require_between, require_from
from vierbein_safeguards.search import Sample, Sight
from vierbein_safeguards.selections import (
    Selected,
    chance_overlap,
    disagreement,
    mean,
    most_anomalous,
    overlap,
)
from vierbein_safeguards.sideband import sideband_p
from vierbein_safeguards.stress_pictures import ratios_by_signal

_TWIN = "twin_equal_steps"
_TOGETHER = "rotation"
_BINS = 24


class Rotation(Safeguard):
    """Tunes every base of the rotation to the same task, and compares what they see.

    With a bank of signals, each base alone and all together are held against the twin from scratch,
    as `stress_test` does it; together, the loudest base counts, and its look-elsewhere effect is in
    the toys. Without one, it is compared what the bases select: the overlap of their most anomalous
    test events, and how differently they order events, both against other seeds of one base.

    The figure is the rotation's blind-spot ratio that is surely largest: it fails. It is a warning
    if the run's own base alone has a blind spot, or if two bases' most anomalous events overlap by
    surely less than `least_overlap` times chance. Half of the false-alarm rate goes to the ratios,
    half to the overlaps (Bonferroni).

    Parameters
    ----------
    threshold
        A ratio that is surely larger is a blind spot.
    false_alarm
        Largest probability of a warning or failure where no ratio is above the threshold and no
        overlap below its limit.
    top_share
        Share of events that counts as most anomalous.
    least_overlap
        In units of the overlap that chance gives.
    spectrum
        An observable that falls smoothly: each base's most anomalous events are fitted in it.
    search_false_alarm
        Of the search: probability that a sample without signal is taken for one with.
    sample_size
        Events of a sample that is searched.
    num_toys
        Samples without signal, for the search's threshold.
    num_injections
        Samples at each of eight signal fractions.
    max_seeds
        How many of the run's seeds are used; every base is tuned once for each.
    max_background
        How many test events are used.
    max_signal
        How many events of each signal are used.

    Raises
    ------
    OutOfRangeError
        If a setting is a number that makes no sense.
    """

    moment = Moment.COMPARED

    def __init__(  # noqa: PLR0913 - sizes of a search, declared one by one
        self,
        *,
        threshold: float = 1.1,
        false_alarm: float = 0.05,
        top_share: float = 0.05,
        least_overlap: float = 3.0,
        spectrum: str = "",
        search_false_alarm: float = 0.01,
        sample_size: int = 1000,
        num_toys: int = 2000,
        num_injections: int = 100,
        max_seeds: int = 5,
        max_background: int = 2000,
        max_signal: int = 300,
    ) -> None:
        rates = {"false_alarm": false_alarm, "search_false_alarm": search_false_alarm}
        # Beyond one half, s50 has no meaning.
        require_between("a share", 0.5, **rates, top_share=top_share)
        for name, value in (("threshold", threshold), ("least_overlap", least_overlap)):
            if value <= 0:
                raise OutOfRangeError(name, value, "a number above 0")
        require_from(10, sample_size=sample_size, num_injections=num_injections)
        require_from(int(10 / search_false_alarm), num_toys=num_toys)
        require_from(FEWEST_SEEDS, max_seeds=max_seeds)
        require_from(FEWEST_EVENTS, max_background=max_background)
        require_from(1, max_signal=max_signal)
        self._threshold, self._false_alarm = threshold, false_alarm
        self._share, self._least = top_share, least_overlap * chance_overlap(top_share)
        self._spectrum, self._max_seeds = spectrum, max_seeds
        self._plan = Plan(sample_size, num_toys, num_injections, search_false_alarm)
        self._max_events = (max_background, max_signal)

    def question(self, view: RunView) -> list[Verdict]:
        """Give a verdict on each target domain.

        Parameters
        ----------
        view
            The run.

        Returns
        -------
        list
            Verdicts in the order of the run's target domains.

        Raises
        ------
        NotThereError
            If the run does not have the spectrum's observable.
        NotFiniteRepresentationError
            If a network represents an event by what is no number.
        """
        return [self._verdict(view, number, name) for number, name in enumerate(view.targets)]

    def _verdict(self, view: RunView, number: int, domain: str) -> Verdict:
        bank = Bank.of(view, domain, *self._max_events)
        seeds = list(view.seeds)[: self._max_seeds]
        bases = list(view.bases)
        if len(bases) < 2:  # noqa: PLR2004 - one does not rotate
            return undone("rotation", domain, "the run has one base alone", self._threshold)
        lacking = what_lacks(bank, len(seeds))
        if lacking and bank.signals:
            return undone("rotation", domain, lacking, self._threshold)
        if len(bank.background) < FEWEST_EVENTS or len(seeds) < FEWEST_SEEDS:
            lacking = f"it needs {FEWEST_EVENTS} test events and {FEWEST_SEEDS} seeds"
            return undone("rotation", domain, lacking, self._threshold)
        seen = {base: [_tuned(view, bank, domain, base, seed) for seed in seeds] for base in bases}
        look = self._look(view, bank, seen)
        if lacking:
            return self._without_bank(domain, lacking, look)
        twins = [bank.seen_by(view.trained(domain, _TWIN, s), f"twin, seed {s},") for s in seeds]
        rng = np.random.default_rng([view.seed, number, 1])
        spots = self._spots(seen, twins, rng)
        return self._judged(domain, spots, look, len(bank.signals))

    def _look(self, view: RunView, bank: Bank, seen: Mapping[str, Sequence[Seen]]) -> "_Look":
        """Compare what the bases select, and how they order events."""
        selected = {
            base: [self._select(each) for each in several] for base, several in seen.items()
        }
        scores = {
            base: [
                _scores(view, each.prediction) for each in several if each.prediction is not None
            ]
            for base, several in seen.items()
        }
        pairs = list(combinations(seen, 2))
        level = family_level(self._false_alarm / 2, len(pairs))
        overlaps = [
            overlap(
                f"overlap of {one} and {two}",
                list(zip(selected[one], selected[two], strict=True)),
                level,
            )
            for one, two in pairs
        ]
        between = [
            float(np.mean([disagreement(scores[one][k], scores[two][k]) for one, two in pairs]))
            for k in range(len(next(iter(scores.values()))))
        ]
        within = [
            float(np.mean([disagreement(a, b) for a, b in combinations(several, 2)]))
            for several in scores.values()
        ]
        chance = chance_overlap(self._share)
        own = [pair for several in selected.values() for pair in combinations(several, 2)]
        further = [
            *overlaps,
            overlap("overlap of two seeds of one base", own),
            Figure("overlap by chance", chance, chance, chance),
            mean("pairs of events that two bases order differently", between),
            mean("pairs of events that two seeds order differently", within),
        ]
        if self._spectrum:
            further += self._spectra(view, bank, selected)
        return _Look(min(overlaps, key=lambda each: each.high), self._least, further)

    def _select(self, seen: Seen) -> Selected:
        return most_anomalous(Sight(seen.background).distances(seen.background), self._share)

    def _spectra(
        self, view: RunView, bank: Bank, selected: Mapping[str, Sequence[Selected]]
    ) -> list[Figure]:
        """Fit the spectrum of what the first seed's networks select; no region is left out."""
        observables = view.observables(bank.background.take())
        if self._spectrum not in observables:
            raise NotThereError("observable", self._spectrum, sorted(observables))
        values = observables[self._spectrum].astype(np.float64)
        edges = np.linspace(values.min(), np.quantile(values, 0.99), _BINS + 1)
        nowhere = (edges[-1], edges[-1])
        found = {
            base: sideband_p(values[each[0]], edges, nowhere) for base, each in selected.items()
        }
        return [
            Figure(f"p of a smooth {self._spectrum} of what {base} selects", p, p, p)
            for base, p in found.items()
        ]

    def _spots(
        self, seen: Mapping[str, Sequence[Seen]], twins: Sequence[Seen], rng: np.random.Generator
    ) -> dict[str, BlindSpots]:
        """Search with each base alone, with all together, and with the twin."""
        looks = {base: [[each] for each in several] for base, several in seen.items()}
        looks[_TOGETHER] = [list(several) for several in zip(*seen.values(), strict=True)]
        looks[_TWIN] = [[each] for each in twins]
        hunts = {
            name: [inject(look, self._plan, int(rng.integers(1 << 31))) for look in several]
            for name, several in looks.items()
        }
        twin = hunts.pop(_TWIN)
        return {
            name: BlindSpots.between(hunt, twin, self._plan.false_alarm, rng)
            for name, hunt in hunts.items()
        }

    def _without_bank(self, domain: str, lacking: str, look: "_Look") -> Verdict:
        warned = undone("rotation", domain, lacking, self._threshold)
        return Verdict(
            warned.safeguard,
            warned.answer,
            f"{warned.sentence} {look.sentence}",
            warned.figure,
            warned.threshold,
            warned.false_alarm_rate,
            further=look.further,
            advice=warned.advice,
        )

    def _judged(
        self, domain: str, spots: Mapping[str, BlindSpots], look: "_Look", num_signals: int
    ) -> Verdict:
        together = spots[_TOGETHER]
        if not together.ratios:
            return self._without_bank(domain, "no network sees any signal of the bank", look)
        level = family_level(self._false_alarm / 2, 2 * num_signals)
        worst, ratio = surest(together.ratios, level)
        alone = {base: found for base, found in spots.items() if base != _TOGETHER and found.ratios}
        ends = {base: surest(found.ratios, level) for base, found in alone.items()}
        blind = {base: end for base, end in ends.items() if end[1].low > self._threshold}
        own = next(iter(spots))
        is_blind = ratio.low > self._threshold
        warns = own in blind or look.is_apart
        interval = f"{ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]"
        said = f"{domain}: together, {len(spots) - 1} bases need {interval} times the fraction of "
        said += f"{worst} that the twin from scratch needs, their surest ratio; "
        said += f"{self._threshold:g} is granted."
        if is_blind:
            said += " All share a blind spot."
        if own in blind:
            name, end = blind[own]
            said += f" Alone, {own} is blind to {name}: {end.value:.2f} [{end.low:.2f}, "
            said += f"{end.high:.2f}]."
        further = [figure(f"surest BSR of {base} alone, {n}", r) for base, (n, r) in ends.items()]
        for base, found in spots.items():
            largest = max(found.ratios, key=lambda n: found.ratios[n].logs.mean(), default="")
            if largest:
                title = f"largest BSR of {base}, {largest}"
                further.append(figure(title, found.ratios[largest].mean(LEVEL)))
        advice = "Search with all bases together, not with one." if warns else ""
        if is_blind:
            advice = "Add a base that is trained otherwise, or search with the twin."
        return Verdict(
            f"rotation: {domain}",
            Answer.FAIL if is_blind else Answer.WARN if warns else Answer.PASS,
            f"{said} {look.sentence}",
            figure(f"blind-spot ratio of the rotation for {worst}", ratio),
            self._threshold,
            self._false_alarm,
            further=[*further, *look.further],
            pictures=[_by_signal(domain, spots, self._threshold), _overlaps(domain, look)],
            advice=advice,
        )


@dataclass(frozen=True)
class _Look:
    """What the bases select, compared."""

    smallest: Figure
    least: float
    further: list[Figure]

    @property
    def is_apart(self) -> bool:
        return self.smallest.high < self.least

    @property
    def sentence(self) -> str:
        overlaps = f"{self.smallest.value:.3f} [{self.smallest.low:.3f}, {self.smallest.high:.3f}]"
        said = f"The smallest {self.smallest.name} is {overlaps}"
        if self.is_apart:
            return (
                f"{said}, below {self.least:.3f}: they find different events anomalous. Do not "
                "select with one of them alone, and fit each selection's background separately."
            )
        return f"{said}; {self.least:.3f} is asked for."


def _tuned(view: RunView, bank: Bank, domain: str, base: str, seed: int) -> Seen:
    events = view.labelled(domain, seed)
    network, _ = view.train_variant(domain, events, seed=seed, base=base)
    return bank.seen_by(network.eval(), f"tuned from {base}, seed {seed},")


def _scores(view: RunView, prediction: Sample) -> Sample:
    scores: Sample = view.task.scores(torch.from_numpy(prediction)).double().numpy()
    return scores


def _by_signal(domain: str, spots: Mapping[str, BlindSpots], threshold: float) -> Picture:
    shared = [n for n in spots[_TOGETHER].ratios if all(n in s.ratios for s in spots.values())]
    lines = {base: {n: found.ratios[n] for n in shared} for base, found in spots.items()}
    title = f"{domain}: signal fraction that is needed, by base"
    return ratios_by_signal(title, "twin", lines, threshold)


def _overlaps(domain: str, look: _Look) -> Picture:
    found = [each for each in look.further if each.name.startswith("overlap")]
    values, low, high = ([getattr(f, end) for f in found] for end in ("value", "low", "high"))
    lines = [
        Line(
            "events in both over events in either",
            list(range(len(found))),
            values,
            low,
            high,
            "points",
        ),
        Line("asked for", [0, len(found) - 1], [look.least] * 2, style="level"),
    ]
    title = f"{domain}: overlap of the most anomalous events"
    return Picture(title, "", "Jaccard index", lines, x_names=[each.name for each in found])
