"""Hold weighted conformal prediction against shifted samples whose truth is known."""

from argparse import ArgumentParser
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy import stats

from rows import write_row
from vierbein_safeguards.conformal import Conformal, density_ratio

COMMAND = "python benchmarks/uncertainty.py"
LEVEL, LEAST, FALSE_ALARM = 0.9, 100, 0.05
NEEDED = 50
"""Replicates that are answered, for a shift to count."""
LABELLED, ASKED = 1000, 2000
SHIFTS = (0.0, 0.3, 0.6, 0.9, 1.2, 2.0, 3.0)
"""In standard deviations of what the spread of the misfit depends on."""


def draw(
    num: int, shift: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw events' columns, and how badly a network describes them: the worse, the farther out."""
    columns = rng.normal(size=(num, 3))
    columns[:, 0] += shift
    return columns, np.abs(rng.normal(size=num)) * (0.1 + 0.3 * np.abs(columns[:, 0]))


@dataclass(frozen=True)
class Replicate:
    """What one calibration on unshifted events says of shifted ones."""

    effective: float
    is_refused: bool
    coverage: float
    plain: float
    is_alarm: bool


def replicate(shift: float, rng: np.random.Generator) -> Replicate:
    """Calibrate, and look."""
    columns, misfit = draw(LABELLED, 0.0, rng)
    asked, truth = draw(ASKED, shift, rng)
    weights, asked_weights = density_ratio(columns, asked)
    conformal = Conformal(misfit, weights, LEVEL, LEAST)
    inside = truth <= conformal.limits(asked_weights)
    plain = Conformal(misfit, np.ones(LABELLED), LEVEL, LEAST).limits(np.ones(ASKED))
    chance = conformal.chance(int((~inside).sum()), ASKED)
    return Replicate(
        conformal.effective_events,
        conformal.refuses,
        float(inside.mean()),
        float((truth <= plain).mean()),
        chance <= FALSE_ALARM,
    )


def main() -> None:
    """Measure the coverage at each shift, and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1000)
    num = parser.parse_args().replicates
    rng = np.random.default_rng(10)
    found: dict[float, NDArray[np.float64]] = {}
    alarms: list[bool] = []
    said = []
    for shift in SHIFTS:
        each = [replicate(shift, rng) for _ in track(range(num), description=f"shift {shift}")]
        answered = [one for one in each if not one.is_refused]
        alarms += [one.is_alarm for one in answered]
        plain = np.mean([one.plain for one in each])
        effective = np.mean([one.effective for one in each])
        where = f"{effective:.0f} effective, {1 - len(answered) / num:.0%} refused"
        if len(answered) >= NEEDED:
            found[shift] = np.array([one.coverage for one in answered])
            where = f"{found[shift].mean():.3f} (without weights {plain:.3f}), {where}"
            rate = np.mean([one.is_alarm for one in answered])
            where += f", {rate:.3f} warned of"
        said.append(f"{shift} sigma: {where}")
        print(said[-1])
    worst = max(found, key=lambda shift: abs(found[shift].mean() - LEVEL))
    value = float(found[worst].mean())
    half = 1.96 * float(found[worst].std(ddof=1)) / len(found[worst]) ** 0.5
    against = (
        f"nominal .90 within .02; the worst shift with {NEEDED} or more of {num} replicates that "
        f"have {LEAST} effective events; {'; '.join(said)}"
    )
    low, high = value - half, value + half
    write_row("safeguards", "uncertainty_coverage", value, low, high, "1", against, COMMAND)
    print(f"uncertainty_coverage: {value:.4f} [{low:.4f}, {high:.4f}]")
    rate, trials = sum(alarms) / len(alarms), len(alarms)
    low, high = stats.binomtest(sum(alarms), trials).proportion_ci(0.95)
    against = f"nominal {FALSE_ALARM} at most; all shifts together"
    write_row("safeguards", "uncertainty_null_rate", rate, low, high, "1", against, COMMAND)
    print(f"uncertainty_null_rate: {rate:.4f} [{low:.4f}, {high:.4f}]")


if __name__ == "__main__":
    main()
