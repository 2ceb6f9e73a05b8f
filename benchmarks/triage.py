"""Hold a triage cascade against a world in which its loss is known, and its stream's interval."""

from argparse import ArgumentParser

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy import stats

from rows import write_row
from vierbein_safeguards.cascade import Cascade
from vierbein_safeguards.counting import counting_toys
from vierbein_safeguards.proportion import clopper_pearson
from vierbein_safeguards.search import TAIL
from vierbein_safeguards.sensitivity import half_power_ratio

COMMAND = "python benchmarks/triage.py"
COLUMNS, SHIFT, SMEARING = 8, 4.0, 0.5
BUDGET, PASS_THROUGH, KEPT = 0.1, 0.02, 0.01
VALIDATION, TEST, SIGNAL = 5000, 20_000, 2000
STREAMED, STREAM = 2000, 0.05

Events = NDArray[np.float64]


def scores(events: Events, rng: np.random.Generator) -> tuple[Events, Events]:
    """Give distances from the background's mean: as a coarse fast method sees it, and exactly."""
    coarse = events + SMEARING * rng.normal(size=events.shape)
    return (coarse**2).sum(axis=1), (events**2).sum(axis=1)


def drawn(num: int, shift: float, rng: np.random.Generator) -> Events:
    """Draw events of a standard normal background, shifted by so many standard deviations."""
    events = rng.normal(size=(num, COLUMNS))
    events[:, 0] += shift
    return events


def world(seed: int) -> tuple[float, float, float]:
    """Choose a cascade on validation events; give s50 ratio, speed-up and signal efficiency."""
    rng = np.random.default_rng([5, seed])
    cascade = Cascade.within(
        BUDGET,
        *scores(drawn(VALIDATION, 0.0, rng), rng),
        kept=KEPT,
        pass_through=PASS_THROUGH,
        seed=seed,
    )
    chosen = []
    for num, shift in ((TEST, 0.0), (SIGNAL, SHIFT)):
        fast, slow = scores(drawn(num, shift, rng), rng)
        chosen.append((cascade.selects(fast), cascade.keeps(slow)))
    (selected, kept), (signal_selected, signal_kept) = chosen
    seen = (selected | cascade.passes(np.arange(TEST))).mean()
    toys = [
        counting_toys(background.mean(), signal.mean(), TEST, rng)
        for background, signal in (
            (kept & selected, signal_kept & signal_selected),
            (kept, signal_kept),
        )
    ]
    ratio = half_power_ratio(
        toys[:1], toys[1:], false_alarm=TAIL, level=0.9, num_replicas=20, rng=rng
    )
    return ratio.value, 1 / seen, signal_selected[signal_kept].mean()


def coverage(truth: float, num: int) -> int:
    """Count replicates in which the stream's interval holds the efficiency."""
    rng, cascade = np.random.default_rng(6), Cascade(0.0, 0.0, STREAM, seed=6)
    stream = cascade.passes(np.arange(num * STREAMED)).reshape(num, STREAMED)
    selected = rng.random(stream.shape) < truth
    low, high = clopper_pearson((selected & stream).sum(1), stream.sum(1), 0.95)
    return int(((low <= truth) & (truth <= high)).sum())


def main() -> None:
    """Measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few replicates; writes no row")
    is_quick = parser.parse_args().quick
    worlds, replicates = (10, 200) if is_quick else (200, 2000)
    found = np.array([world(seed) for seed in track(range(worlds), description="worlds")])
    ratio, speedup, kept = found.T
    efficiency = float(kept.mean())
    truths = (0.5, efficiency, 0.95)
    covered = [coverage(truth, replicates) for truth in truths]
    shares = ", ".join(
        f"{t:.2f}: {c / replicates:.3f}" for t, c in zip(truths, covered, strict=True)
    )
    trials = replicates * len(truths)
    interval = stats.binomtest(sum(covered), trials).proportion_ci(0.95)
    where = f"fast smears by {SMEARING}, efficiency {efficiency:.3f}, 95 % of {worlds} worlds"
    rows = [
        (
            "triage_s50_ratio",
            *_with_range(ratio),
            f"slow only; {SHIFT:g} sigma in {COLUMNS} columns, {where}; bar 1.1",
        ),
        (
            "triage_speedup",
            *_with_range(speedup),
            f"slow evaluations, the stream of {PASS_THROUGH:.0%} included; bar 10; central 95 %",
        ),
        (
            "triage_coverage",
            sum(covered) / trials,
            interval.low,
            interval.high,
            f"nominal .95, of the stream's efficiency; {shares}; {replicates} replicates each",
        ),
    ]
    for name, value, low, high, against in rows:
        print(f"{name}: {value:.4g} [{low:.4g}, {high:.4g}] {against}")
        if not is_quick:
            write_row("safeguards", name, value, low, high, "1", against, COMMAND)


def _with_range(values: Events) -> tuple[float, float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(values.mean()), float(low), float(high)


if __name__ == "__main__":
    main()
