"""Hold the blind-spot ratio's estimator against a world whose answers are known exactly."""

from argparse import ArgumentParser

import numpy as np
from rich.progress import track
from scipy import stats

from rows import write_row
from vierbein_safeguards.linear_world import FALSE_ALARM, LinearWorld
from vierbein_safeguards.search import Search
from vierbein_safeguards.sensitivity import Ratio, half_power_ratio

COMMAND = "python benchmarks/stress_test.py"
LEVEL, FLAGGED = 0.9, 1.1
WHOLE, HALF, TENTH = LinearWorld(10, 1.0), LinearWorld(6, 0.5), LinearWorld(6, 0.1)
WORLDS = {"control": WHOLE, "half": HALF, "tenth": TENTH}


def ratios(world: LinearWorld, num: int, rng: np.random.Generator) -> list[Ratio]:
    """Estimate a known ratio again and again, each time from new toys."""
    return [
        half_power_ratio(
            [world.toys(rng)],
            [WHOLE.toys(rng)],
            false_alarm=FALSE_ALARM,
            level=LEVEL,
            num_replicas=200,
            rng=rng,
        )
        for _ in track(range(num), description=f"truth {world.half_power / WHOLE.half_power:.2f}")
    ]


def share(name: str, count: int, trials: int, against: str) -> None:
    """Write a row of a share with its 95 % binomial interval."""
    low, high = stats.binomtest(count, trials).proportion_ci(0.95)
    write_row("safeguards", name, count / trials, low, high, "1", against, COMMAND)
    print(f"{name}: {count / trials:.4f} [{low:.4f}, {high:.4f}] {against}")


def empty_boxes(num: int) -> None:
    """Test that p-values of samples without signal are uniform."""
    rng = np.random.default_rng(3)
    background = rng.normal(size=(4000, 8)) @ rng.normal(size=(8, 8))
    search = Search([background], 1000, 5000, seed=4)
    boxes = search.empty(num, seed=5)
    above = len(search.null) - np.searchsorted(np.sort(search.null), boxes)
    found = stats.kstest((above + 1) / (len(search.null) + 1), "uniform").pvalue
    against = f"p of Kolmogorov and Smirnov, {num} boxes without signal; must exceed .01"
    write_row("safeguards", "stress_null_p_ks", found, found, found, "1", against, COMMAND)
    print(f"stress_null_p_ks: {found:.3f}")


def main() -> None:
    """Measure bias, coverage, false flags and power, and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=1000)
    num = parser.parse_args().replicates
    rng = np.random.default_rng(2)
    found = {name: ratios(world, num, rng) for name, world in WORLDS.items()}
    truth = {name: world.half_power / WHOLE.half_power for name, world in WORLDS.items()}
    covered = {
        name: sum(r.low <= truth[name] <= r.high for r in each) for name, each in found.items()
    }
    bias = {n: np.mean([r.value for r in each]) / truth[n] - 1 for n, each in found.items()}
    worst = max(bias.values(), key=abs)
    scatter = max(np.std([r.value for r in e]) / truth[n] for n, e in found.items()) / num**0.5
    against = f"largest of 3 known ratios, relative; bar .03; {num} replicates each"
    half = 2 * scatter
    write_row("safeguards", "stress_bias", worst, worst - half, worst + half, "1", against, COMMAND)
    by_world = ", ".join(f"{truth[n]:.2f}: {covered[n] / num:.3f}" for n in found)
    share("bsr_coverage", sum(covered.values()), num * len(found), f"nominal .90; {by_world}")
    for row, name in (("bsr_control_flagged", "control"), ("bsr_129_flagged", "half")):
        flagged = sum(r.low > FLAGGED for r in found[name])
        share(row, flagged, num, f"lower end of the 90 % interval above {FLAGGED}")
    empty_boxes(400)


if __name__ == "__main__":
    main()
