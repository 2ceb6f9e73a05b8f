"""Count the seeds of the quick start whose transfer verdicts are the first one's.

An interrupted count goes on where it stopped: a finished run is read, not repeated.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path

from rows import write_row
from vierbein.experiment.run import run

COMMAND = "python benchmarks/quickstart_verdicts.py"


def verdicts(seed: int, folder: Path) -> dict[str, str]:
    """Run the quick start with a seed, and give the verdict of each target domain."""
    kept = folder / f"seed{seed}"
    run("quickstart", [f"seed={seed}", f"run_folder={kept}", "hardware=[]"])
    report = json.loads((kept / "report.json").read_text())
    found: dict[str, str] = report["outcome"]["transfer"]
    for domain, said in report["comparison"].items():
        pooled = said["pooled"]["twin_equal_steps"]["difference"]
        print(f"seed {seed}, {domain}: {found[domain]} {pooled}", file=sys.stderr)
    return found


def main() -> None:
    """Measure and write the row."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path("runs/quickstart_verdicts"))
    asked = parser.parse_args()
    found = [verdicts(seed, asked.folder) for seed in range(asked.seeds)]
    agreeing = sum(each == found[0] for each in found)
    against = f"{len(found)} seeds; " + ", ".join(f"{k}: {v}" for k, v in found[0].items())
    row = (agreeing, agreeing, agreeing, "1", against, COMMAND)
    print(write_row("main", "verdict_seeds_agreeing", *row))


if __name__ == "__main__":
    main()
