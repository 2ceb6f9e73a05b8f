"""Stress test: whether transfer has made a network blind to signals that nobody trained on."""

import numpy as np

from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Moment, Safeguard, Verdict
from vierbein_safeguards.bank import Bank, Plan, inject
from vierbein_safeguards.blind_spots import (
    BlindSpots,
    family_level,
    figure,
    surest,
)
from vierbein_safeguards.errors import OutOfRangeError
from vierbein_safeguards.lacking import FEWEST_EVENTS, FEWEST_SEEDS, undone, what_lacks
from vierbein_safeguards.ranges import require_between, require_from
from vierbein_safeguards.sensitivity import REPLICAS, HalfPowers
from vierbein_safeguards.stress_pictures import (
    figures_by_signal,
    injection_curves,
    ratios_by_signal,
)
from vierbein_safeguards.stress_words import Found, gains

_OURS, _TWIN = "fine_tuned", "twin_equal_steps"


class StressTest(Safeguard):
    """Injects signals that nothing was trained on, and finds the fraction that a search needs.

    The same search for anything unlike the background looks at the representation of the
    fine-tuned network and at that of its twin from scratch, seed by seed. The blind-spot ratio of a
    signal is the fraction at which half of the samples are detected, s50, over the twin's. The
    figure is the ratio that is surely largest, with an interval that holds for all signals of the
    bank at once (Bonferroni); its lower end is held against the threshold, so that the false-alarm
    rate is an upper bound. Events count alike, whatever their event weights.

    Parameters
    ----------
    threshold
        A ratio that is surely larger fails.
    false_alarm
        Largest probability that a run without a blind spot above the threshold fails.
    search_false_alarm
        Of the search itself: probability that a sample without signal is taken for one with.
    sample_size
        Events of a sample that is searched.
    num_toys
        Samples without signal, for the search's p-values and again for its threshold.
    num_injections
        Samples at each of eight signal fractions.
    max_seeds
        How many of the run's seeds are used.
    max_background
        How many test events are used.
    max_signal
        How many events of each signal are used.
    background_truth
        The truth by which one class of test events is the background, instead of all.
    background_value
        That class's value of it.

    Raises
    ------
    OutOfRangeError
        If a setting is a number that makes no sense.
    """

    moment = Moment.COMPARED
    asks_students = True

    def __init__(  # noqa: PLR0913 - sizes of a search, declared one by one
        self,
        *,
        threshold: float = 1.1,
        false_alarm: float = 0.05,
        search_false_alarm: float = 0.01,
        sample_size: int = 1000,
        num_toys: int = 2000,
        num_injections: int = 100,
        max_seeds: int = 5,
        max_background: int = 3000,
        max_signal: int = 400,
        background_truth: str = "",
        background_value: int = 0,
    ) -> None:
        rates = {"false_alarm": false_alarm, "search_false_alarm": search_false_alarm}
        require_between("a probability", 0.5, **rates)  # beyond one half, s50 has no meaning
        if threshold <= 0:
            raise OutOfRangeError("threshold", threshold, "a ratio above 0")
        require_from(10, sample_size=sample_size, num_injections=num_injections)
        require_from(int(10 / search_false_alarm), num_toys=num_toys)
        require_from(FEWEST_SEEDS, max_seeds=max_seeds)
        require_from(FEWEST_EVENTS, max_background=max_background)
        require_from(1, max_signal=max_signal)
        self._threshold, self._false_alarm = threshold, false_alarm
        self._plan = Plan(sample_size, num_toys, num_injections, search_false_alarm)
        self._known = (background_truth, background_value) if background_truth else None
        self._max_seeds, self._max_events = max_seeds, (max_background, max_signal)

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
        NotFiniteRepresentationError
            If a network represents an event by what is no number.
        NoBackgroundError
            If no test event is of the class that is named as the background.
        """
        return [self._verdict(view, number, name) for number, name in enumerate(view.targets)]

    def _verdict(self, view: RunView, number: int, domain: str) -> Verdict:
        bank = Bank.of(view, domain, *self._max_events, self._known)
        seeds = list(view.seeds)[: self._max_seeds]
        if lacking := what_lacks(bank, len(seeds)):
            return undone("stress_test", domain, lacking, self._threshold)
        rng = np.random.default_rng([view.seed, number])
        ours, twin = view.called(_OURS), view.called(_TWIN)
        seen = {
            label: [
                bank.seen_by(view.trained(domain, arm, seed), f"{label}, seed {seed},")
                for seed in seeds
            ]
            for label, arm in ((ours, _OURS), (twin, _TWIN))
        }
        hunts = {
            label: [inject([each], self._plan, int(rng.integers(1 << 31))) for each in several]
            for label, several in seen.items()
        }
        spots = BlindSpots.between(hunts[ours], hunts[twin], self._plan.false_alarm, rng)
        if not spots.ratios:
            lacking = f"no network sees any signal of the bank ({', '.join(spots.unreachable)})"
            return undone("stress_test", domain, lacking, self._threshold)
        level = family_level(self._false_alarm, len(bank.signals))
        worst, ratio = surest(spots.ratios, level)
        found = Found(domain, (ours, twin), spots, worst, ratio, level, self._threshold)
        raw = self._raw(view, bank, spots, rng)
        gain = {label: gains(label, each, list(spots.ratios)) for label, each in seen.items()}
        lines = {ours: spots.ratios, f"another {twin}": spots.control()}
        curves = {label: [toys[worst] for toys in hunt] for label, hunt in hunts.items()}
        return Verdict(
            f"stress_test: {domain}",
            Answer.FAIL if found.is_blind else Answer.PASS,
            found.sentence,
            figure(f"blind-spot ratio of {worst}, the surest of {len(bank.signals)}", ratio),
            self._threshold,
            self._false_alarm,
            further=[*found.figures(raw, rng), *(gain[label][worst] for label in (ours, twin))],
            advice=found.advice,
            pictures=[
                ratios_by_signal(
                    f"{domain}: signal fraction that is needed",
                    twin,
                    lines | ({"observables": raw} if raw else {}),
                    self._threshold,
                ),
                injection_curves(f"{domain}: {worst}, injected", curves, self._plan.false_alarm),
                figures_by_signal(
                    f"{domain}: a cut on the anomaly score", "significance improvement", gain
                ),
            ],
        )

    def _raw(
        self, view: RunView, bank: Bank, spots: BlindSpots, rng: np.random.Generator
    ) -> dict[str, HalfPowers]:
        """Search in the run's observables, once, and hold that against every seed's twin."""
        seen = bank.seen_raw(view)
        if seen is None:
            return {}
        toys = inject([seen], self._plan, int(rng.integers(1 << 31)))
        return {
            name: HalfPowers.of([toys[name]], self._plan.false_alarm, REPLICAS, rng)
            .repeated(len(twin.logs))
            .over(twin)
            for name, twin in spots.twin.items()
        }
