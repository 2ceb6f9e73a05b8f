"""Measure the blinding: planted leaks that are noticed, and false alarms where there is none.

A whole toy run is made in worlds that differ only in what is sealed: in its content, or in its
count. Every file that the run leaves, and all that it says, must be the same. Tests do a short form
of it (tests/test_blinding.py).
"""

import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from scipy import stats

from rows import write_row

TOY = Path(__file__).parent.parent / "tests" / "toy"
SWAPS = ("content", "count")
COMMAND = "python benchmarks/blinding.py"


def main() -> int:
    """Swap in clean worlds, plant every leak, and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="3 worlds, 3 leaks, no rows")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, site = Path(name), Path(name) / "site"
        site.mkdir()
        sys.path[:0] = [str(site), str(TOY)]
        from vierbein_toy.leaks import LEAKS, Leak  # type: ignore[import-not-found]
        from vierbein_toy.sealed_worlds import differing, made  # type: ignore[import-not-found]
        from vierbein_toy.site import install  # type: ignore[import-not-found]

        install(site)

        def noticed(seed: int, leak: Leak | None) -> list[str]:
            plant = None if leak is None else leak.plant
            where = folder / f"{seed} {leak.name.replace('/', ' ') if leak else 'clean'}"
            base = made(where / "base", seed, "base", leak=plant)
            if "runs/sealed/report.json" not in base:
                raise RuntimeError(where)
            worlds = {swap: made(where / swap, seed, swap, leak=plant) for swap in SWAPS}
            return [swap for swap in SWAPS if differing(base, worlds[swap])]

        num = 3 if arguments.quick else arguments.worlds
        alarms = [seed for seed in range(num) if noticed(seed, None)]
        print(f"false alarms: {len(alarms)} of {num} worlds {alarms or ''}")
        leaks = LEAKS[:3] if arguments.quick else LEAKS
        caught = {leak.name: noticed(0, leak) for leak in leaks}
    for name, swaps in caught.items():
        print(f"{name:45} {' and '.join(swaps) or 'MISSED'}")
    if arguments.quick:
        return 0
    num_caught = sum(bool(swaps) for swaps in caught.values())
    by = ", ".join(f"{sum(s in c for c in caught.values())} by other {s}" for s in SWAPS)
    write = [
        ("blinding_leaks_caught", num_caught, num_caught, num_caught, by),
        ("blinding_leaks_tried", len(caught), len(caught), len(caught), ""),
    ]
    most = num * stats.binomtest(len(alarms), num).proportion_ci().high
    least = num * stats.binomtest(len(alarms), num).proportion_ci().low
    against = f"{num} clean worlds, each swapped in content and in count; 95 % interval"
    write.append(("blinding_false_alarms", len(alarms), least, most, against))
    for name, value, low, high, of in write:
        print(write_row("safeguards", name, value, low, high, "1", of, COMMAND))
    return 0 if num_caught == len(caught) and not alarms else 1


if __name__ == "__main__":
    raise SystemExit(main())
