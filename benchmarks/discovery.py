"""Run the whole set of safeguards on real jets, and keep what they found and what they cost.

An interrupted run goes on where it stopped. Its report and times go to results/discovery/, its
verdicts' figures to rows. Costs are wall times of the safeguards over those of adapt and compare,
of one run: `discovery` asks all nine, `quick` those that it names, on the same networks.
"""

import json
import shutil
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rows import RESULTS, write_row
from vierbein.experiment.result import REPORT, Result
from vierbein.experiment.run import configure, run

COMMAND = "python benchmarks/discovery.py"
TOPIC = "safeguards"
TIMINGS = "timings.json"
IMAGES = Path(__file__).parent.parent / "docs" / "images"
PICTURE = "signal fraction that is needed"
RATIOS = {
    "largest blind-spot ratio": "bsr_worst_jets",
    "median blind-spot ratio": "bsr_median_jets",
}


def keep(result: Result) -> None:
    """Store the report and its times, and draw what the documentation shows."""
    folder = RESULTS / "discovery"
    folder.mkdir(exist_ok=True)
    for name in (REPORT, TIMINGS):
        shutil.copy(result.folder / name, folder / name)
    for title, plot in result.pictures.items():
        domain, _, what = title.partition(": ")
        if what == PICTURE:
            plot.savefig(IMAGES / f"discovery_{domain}_needed.png", dpi=110)


def write_costs(seconds: Mapping[str, float], quick: Sequence[str]) -> None:
    """Write what the safeguards took over what the run took without them."""
    without = seconds["adapt"] + seconds["compare"]
    taken = {
        name.removeprefix("safeguard "): took
        for name, took in seconds.items()
        if name.startswith("safeguard ")
    }
    for name, chosen in (("discovery", tuple(taken)), ("quick", tuple(quick))):
        spent = sum(taken[each] for each in chosen)
        value = spent / without
        against = f"{spent:.0f} s of {', '.join(chosen)}; adapt and compare {without:.0f} s"
        row = (f"{name}_cost_vs_adapt", value, value, value, "1", against, COMMAND)
        print(write_row(TOPIC, *row))


def blind_spots(report: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give the figures of the stress test's verdicts: what they are called, and their numbers."""
    for verdict in report["verdicts"]:
        if verdict["safeguard"].startswith("stress_test"):
            domain = verdict["safeguard"].partition(": ")[2]
            for figure in (verdict["figure"], *verdict["further"]):
                yield domain, figure


def main() -> None:
    """Run, keep and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/discovery")
    parser.add_argument("overrides", nargs="*", help="further settings of the run")
    asked = parser.parse_args()
    result = run("discovery", [f"run_folder={asked.folder}", *asked.overrides])
    keep(result)
    seconds = json.loads((result.folder / TIMINGS).read_text())["seconds"]
    write_costs(seconds, tuple(configure("quickstart", ["safeguard=quick"])["safeguard"]))
    first = next(iter(result.report["comparison"]))
    for domain, figure in blind_spots(result.report):
        for begins, row in RATIOS.items():
            if figure["name"].startswith(begins):
                name = row if domain == first else f"{row}_{domain}"
                values = (figure["value"], figure["low"], figure["high"])
                against = f"{domain}: {figure['name']}"
                print(write_row(TOPIC, name, *values, "1", against, COMMAND))


if __name__ == "__main__":
    main()
