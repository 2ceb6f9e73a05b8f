"""Run `experiment=top_trigger`, and keep what its students see, cost and compute.

An interrupted run goes on where it stopped. Its report and times go to results/top_trigger/. The
blind-spot ratio of compression is the stress test's, a student against what it was made of.
"""

import json
import shutil
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rows import RESULTS, write_row
from vierbein.experiment.result import REPORT, Result
from vierbein.experiment.run import run

COMMAND = "python benchmarks/top_trigger.py"
TOPIC, MAIN = "hardware", "p8"
TIMINGS = "timings.json"
IMAGES = Path(__file__).parent.parent / "docs" / "images"
PICTURES = {
    f"atlas: student {MAIN}": "students_curves",
    f"atlas, {MAIN}: signal fraction that is needed": "students_needed",
}


def keep(result: Result) -> None:
    """Store the report and its times, and draw what the documentation shows."""
    folder = RESULTS / "top_trigger"
    folder.mkdir(exist_ok=True)
    for name in (REPORT, TIMINGS):
        shutil.copy(result.folder / name, folder / name)
    for title, plot in result.pictures.items():
        if title in PICTURES:
            plot.savefig(IMAGES / f"{PICTURES[title]}.png", dpi=110)


def worst(report: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give each student's surest blind-spot ratio."""
    for verdict in report["verdicts"]:
        what, _, student = verdict["safeguard"].partition(", ")
        if what.startswith("stress_test") and student:
            yield student, verdict


def write(name: str, figure: Mapping[str, Any], unit: str, against: str) -> None:
    """Write a row of a figure."""
    numbers = (figure["value"], figure["low"], figure["high"])
    print(write_row(TOPIC, name, *numbers, unit, against, COMMAND))


def main() -> None:
    """Run, keep and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/top_trigger")
    parser.add_argument("overrides", nargs="*", help="further settings of the run")
    asked = parser.parse_args()
    result = run("top_trigger", [f"run_folder={asked.folder}", *asked.overrides])
    keep(result)
    report = result.report
    for student, verdict in worst(report):
        name = "student_bsr_worst" if student == MAIN else f"student_bsr_worst_{student}"
        figure, answer = verdict["figure"], verdict["answer"]
        write(name, figure, "1", f"{answer}: {figure['name']}; student over its teacher")
    for student, said in report["compressed"].items():
        last = said["steps"][-1]
        against = f"AUC of {student} minus its teacher's; {len(said['seeds'])} seeds"
        write(f"student_minus_teacher_{student}", last["minus_teacher"], "AUC", against)
    figures = json.loads((result.folder / TIMINGS).read_text())["hardware"]
    for title, found in figures.items():
        levels = report["hardware"][title]["levels"]
        shares = {level: said["exact"] for level, said in levels.items() if "exact" in said}
        print(title, shares, {(f["name"], f["provenance"]): f["value"] for f in found})


if __name__ == "__main__":
    main()
