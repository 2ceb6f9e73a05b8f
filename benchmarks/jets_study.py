"""Run the study of all arms, from 50 labelled events up, and keep what it found.

An interrupted study goes on where it stopped. Its report goes to results/jets_study/, its pictures
to docs/images/, its verdicts and label efficiencies to rows.
"""

import shutil
from argparse import ArgumentParser
from pathlib import Path

from answers import write_label_efficiency, write_transfer
from rows import RESULTS
from vierbein.experiment.result import REPORT, Result
from vierbein.experiment.run import run

COMMAND = "python benchmarks/jets_study.py"
IMAGES = Path(__file__).parent.parent / "docs" / "images"
PICTURES = {"AUC against labelled events": "size", "learning curves": "learning"}


def keep(result: Result) -> None:
    """Store the report, and draw what README and docs show."""
    folder = RESULTS / "jets_study"
    folder.mkdir(exist_ok=True)
    shutil.copy(result.folder / REPORT, folder / REPORT)
    for title, plot in result.pictures.items():
        domain, _, what = title.partition(": ")
        for begins, short in PICTURES.items():
            if what.startswith(begins):
                plot.savefig(IMAGES / f"jets_study_{domain}_{short}.png", dpi=110)


def main() -> None:
    """Run, keep and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="runs/jets_study")
    result = run("jets_study", [f"run_folder={parser.parse_args().folder}"])
    keep(result)
    write_transfer("jets_study", result.report, COMMAND)
    for domain, said in result.report["comparison"].items():
        for size in said["sizes"]:
            name = f"jets_study_label_efficiency_{domain}_{size}"
            write_label_efficiency(name, result.report, domain, size, COMMAND)


if __name__ == "__main__":
    main()
