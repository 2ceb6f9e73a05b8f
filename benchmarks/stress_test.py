"""Hold the blind-spot ratio's estimator against a world whose answers are known exactly."""

from argparse import ArgumentParser

import numpy as np
from rich.progress import track
from scipy import stats

from rows import write_row
from vierbein_safeguards.bank import Bank, Plan, inject
from vierbein_safeguards.blind_spots import BlindSpots, family_level
from vierbein_safeguards.linear_view import COLUMNS, LinearView, direction
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


def through_events(num: int) -> None:
    """Test the interval where events are drawn from a finite bank, and the verdict's false alarms.

    Three training seeds, 400 events of each signal; the granted ratio is set to the known one, so
    that a failure is a false alarm where they are most frequent.
    """
    kept = {"half": 0.5, "tenth": 0.1}
    bank = {name: direction(share) for name, share in kept.items()}
    lost = {"fine_tuned": range(6, COLUMNS)}
    plan = Plan(sample_size=2000, num_toys=1000, num_injections=100, false_alarm=FALSE_ALARM)
    truth = {n: LinearWorld(6, share).half_power / WHOLE.half_power for n, share in kept.items()}
    covered, alarms = dict.fromkeys(kept, 0), 0
    for number in track(range(num), description="finite banks"):
        view = LinearView(number, lost, bank, num_events=2000, num_signal=400, seeds=(0, 1, 2))
        events, rng = Bank.of(view, "there", 2000, 400), np.random.default_rng([6, number])
        hunts = [
            [
                inject(
                    [events.seen_by(view.trained("there", arm, seed), arm)],
                    plan,
                    int(rng.integers(1 << 31)),
                )
                for seed in view.seeds
            ]
            for arm in ("fine_tuned", "twin_equal_steps")
        ]
        ratios = BlindSpots.between(hunts[0], hunts[1], FALSE_ALARM, rng).ratios
        for name, ratio in ratios.items():
            found = ratio.mean(LEVEL)
            covered[name] += found.low <= truth[name] <= found.high
        level = family_level(0.05, len(bank))
        alarms += any(ratios[name].mean(level).low > truth[name] for name in ratios)
    said = ", ".join(f"{truth[name]:.2f}: {covered[name] / num:.3f}" for name in kept)
    share("bsr_coverage_events", sum(covered.values()), num * len(kept), f"nominal .90; {said}")
    share("stress_false_alarm_rate", alarms, num, "declared .05, two ratios at the threshold")


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
    parser.add_argument("--banks", type=int, default=100)
    given = parser.parse_args()
    num = given.replicates
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
    through_events(given.banks)


if __name__ == "__main__":
    main()
