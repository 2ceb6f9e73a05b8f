"""Hold the paired comparison of two pipelines against a world in which we know what is wrong."""

from argparse import ArgumentParser

import numpy as np
from rich.progress import track
from scipy import stats

from rows import write_row
from vierbein_safeguards.fractions import Difference, Resampled, estimate
from vierbein_safeguards.two_class_world import draw

COMMAND = "python benchmarks/cross_check.py"
FALSE_ALARM, REPLICAS = 0.05, 500
LABELLED, TEST = 300, 1500
PLANTED = 3.3


def compare(rng: np.random.Generator, bias: float = 0.0) -> Difference:
    """Compare two correlated classifiers on new labelled and new test events of another mixture."""
    labelled = draw(LABELLED, 0.5, rng)
    test = draw(TEST, 0.3, rng, first_is_higher_by=bias)
    resampled = Resampled.drawn(LABELLED, TEST, REPLICAS, rng)
    first = estimate(labelled.first, labelled.classes, test.first, resampled)
    second = estimate(labelled.second, labelled.classes, test.second, resampled)
    return Difference((first,), (second,))


def share(name: str, count: int, trials: int, against: str) -> None:
    """Write a row of a share with its 95 % binomial interval."""
    low, high = stats.binomtest(count, trials).proportion_ci(0.95)
    write_row("safeguards", name, count / trials, low, high, "1", against, COMMAND)
    print(f"{name}: {count / trials:.4f} [{low:.4f}, {high:.4f}] {against}")


def main() -> None:
    """Measure the false-alarm rate and the power, and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1000)
    num = parser.parse_args().replicates
    rng = np.random.default_rng(6)
    null = [compare(rng) for _ in track(range(num), description="nothing is wrong")]
    p = np.array([each.p_value("p").value for each in null])
    differences = np.array([each.values[0, 1] for each in null])
    stated = np.mean([each.error[0, 1] for each in null])
    alone = np.hypot(
        *(
            np.mean([side[0].error[1] for side in sides])
            for sides in zip(*((e.first, e.second) for e in null), strict=True)
        )
    )
    uniform = stats.kstest(p, "uniform").pvalue
    alarms = int((p <= FALSE_ALARM).sum())
    against = (
        f"nominal .05; {num} replicates; p uniform: Kolmogorov and Smirnov {uniform:.2f}; errors "
        f"taken as independent are {alone / stated:.2f} times too large"
    )
    share("cross_check_null_rate", alarms, num, against)
    # The probability is wrong by what moves the fraction by 3.3 standard deviations.
    many = draw(1_000_000, 0.5, rng)
    gap = np.diff([many.first[many.classes == of, 1].mean() for of in (0, 1)])[0]
    bias = PLANTED * differences.std() * gap
    seen = [
        compare(rng, bias).p_value("p").value <= FALSE_ALARM
        for _ in track(range(num // 2), description="something is")
    ]
    share("cross_check_power", sum(seen), len(seen), f"{PLANTED} standard deviations; bar .9")


if __name__ == "__main__":
    main()
