"""Hold prediction-powered intervals and the closure test against a world with a biased network."""

from argparse import ArgumentParser

import numpy as np
from scipy import stats

from rows import write_row
from vierbein_safeguards.fractions import Difference, Resampled, estimate
from vierbein_safeguards.prediction_powered import Inferred, PredictionPowered
from vierbein_safeguards.two_class_world import draw

COMMAND = "python benchmarks/high_fidelity.py"
LEVEL, FRACTION, BIAS = 0.9, 0.3, 0.05
FEW, MANY, LABELLED, REPLICAS = 200, 20_000, 2000, 500
FALSE_ALARM = 0.1
PLANTED = float(stats.norm.ppf(1 - FALSE_ALARM / 2) + stats.norm.ppf(0.9))


def covers(inferred: Inferred) -> bool:
    """Say whether an interval holds the truth."""
    figure = inferred.figure("fraction", LEVEL)
    return figure.low <= FRACTION <= figure.high


def closure(rng: np.random.Generator, bias: float) -> Difference:
    """Hold the fraction of few events by a network against their truth."""
    labelled = draw(LABELLED, 0.5, rng)
    few = draw(FEW, FRACTION, rng, first_is_higher_by=bias)
    resampled = Resampled.drawn(LABELLED, FEW, REPLICAS, rng)
    network = estimate(labelled.first, labelled.classes, few.first, resampled)
    truth = estimate(
        np.eye(2)[labelled.classes], labelled.classes, np.eye(2)[few.classes], resampled
    )
    return Difference((network,), (truth,))


def share(name: str, count: int, trials: int, against: str) -> None:
    """Write a row of a share with its 95 % binomial interval."""
    low, high = stats.binomtest(count, trials).proportion_ci(0.95)
    write_row("safeguards", name, count / trials, low, high, "1", against, COMMAND)
    print(f"{name}: {count / trials:.4f} [{low:.4f}, {high:.4f}] {against}")


def main() -> None:
    """Measure coverage, events saved, false alarms and power, and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=2000)
    num = parser.parse_args().replicates
    rng = np.random.default_rng(8)
    covered, saved = {"corrected": 0, "few": 0, "naive": 0}, []
    for _ in range(num):
        few, many = (draw(n, FRACTION, rng, first_is_higher_by=BIAS) for n in (FEW, MANY))
        powered = PredictionPowered(
            few.classes.astype(np.float64), few.first[:, 1], many.first[:, 1]
        )
        for name in covered:
            covered[name] += covers(getattr(powered, name))
        saved.append(powered.saved)
    against = (
        f"nominal .90; {num} replicates, {FEW} better and {MANY} target events; network alone "
        f"{covered['naive'] / num:.3f}, better events alone {covered['few'] / num:.3f}"
    )
    share("high_fidelity_coverage", covered["corrected"], num, against)
    middle, low, high = np.quantile(saved, [0.5, 0.025, 0.975])
    against = f"better events that {FEW} are worth beside themselves; median and 95 % of replicates"
    write_row("safeguards", "high_fidelity_saved", middle, low, high, "1", against, COMMAND)
    print(f"high_fidelity_saved: {middle:.0f} [{low:.0f}, {high:.0f}]")
    clean = [closure(rng, 0.0) for _ in range(num // 2)]
    alarms = sum(each.p_value("p").value <= FALSE_ALARM for each in clean)
    share("high_fidelity_null_rate", alarms, len(clean), f"closure; nominal {FALSE_ALARM}")
    labelled = draw(1_000_000, 0.5, rng)
    gap = np.diff([labelled.first[labelled.classes == of, 1].mean() for of in (0, 1)])[0]
    bias = PLANTED * np.std([each.values[0, 1] for each in clean]) * gap
    seen = [closure(rng, bias).p_value("p").value <= FALSE_ALARM for _ in range(num // 4)]
    against = f"closure; planted {PLANTED:.2f} standard deviations at {FEW} events; bar .9"
    share("high_fidelity_power", sum(seen), len(seen), against)


if __name__ == "__main__":
    main()
