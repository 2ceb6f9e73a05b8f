"""Apply the published ParticleNet to the shipped jets, carry it to another detector, and judge it.

The file is not part of the repository; it is looked for where tests look for it. Its AUC without
tuning and the verdicts of `compare` go to rows; an interrupted run goes on where it stopped.
"""

from argparse import ArgumentParser
from pathlib import Path

import numpy as np

from rows import write_row
from vierbein.cli.main import main as vierbein
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.observables import compute
from vierbein.experiment.run import configure, run
from vierbein.training.evaluate import scores

COMMAND = "python benchmarks/published.py"
TOPIC = "backbones"
FILE = Path(__file__).parents[2] / "shared" / "data" / "real" / "ParticleNet_kinpid.pt"
TOP_MASS = (140.0, 210.0)
QUICK = ("compare.sizes=[60]", "compare.seeds=1", "compare.steps=4", "compare.test_events=200")


def zero_shot(base: Path, domain: str, num_jets: int) -> None:
    """Write the untuned network's AUC on a detector's jets, with all tops and contained ones."""
    overrides = [f"base={base}", f"adapter=jets_{domain}", f"dataset.domain={domain}"]
    made = Assembly(configure("published_particlenet", overrides))
    test = made.targets[domain].events("test", num_jets)
    network = made.zero_shot(made.targets[domain])
    assert network is not None  # noqa: S101 - the experiment says which outputs are meant
    found = scores(network, made.task, test)
    mass = compute({"mass": made.observables["jet_mass"]}, test)["mass"]
    is_top = test.truths()["process"] == 1
    is_inside = (mass > TOP_MASS[0]) & (mass < TOP_MASS[1])
    suffix = "" if domain == "cms" else f"_{domain}"
    for name, kept in (
        ("published_particlenet_auc", np.arange(len(test))),
        ("published_particlenet_contained_auc", np.flatnonzero(~is_top | is_inside)),
    ):
        some = test.choose(kept)
        auc = made.task.figures(found[kept], some.truths(), some.weights)[0]
        against = f"{len(some)} {domain} jets; no tuning; trained on JetClass by others"
        row = (auc.value, auc.low, auc.high, "1", against, COMMAND)
        print(write_row(TOPIC, f"{name}{suffix}", *row))


def transfer(base: Path, folder: Path, overrides: list[str]) -> None:
    """Fine-tune it to the ATLAS-like detector, and write what `compare` says."""
    report = run(
        "published_particlenet", [f"base={base}", f"run_folder={folder}", *overrides]
    ).report
    margin = report["configuration"]["compare"]["margin"]
    said = report["comparison"]["atlas"]["pooled"]
    for arm, judged in said.items():
        value, low, high = (judged["difference"][key] for key in ("value", "low", "high"))
        against = f"{judged['outcome']}: fine-tuned minus {arm}, margin {margin}"
        row = (value, low, high, "AUC", against, COMMAND)
        print(write_row(TOPIC, f"published_particlenet_minus_{arm}", *row))


def main() -> None:
    """Import, measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test: too few jets")
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--folder", type=Path, default=Path("runs/published_particlenet"))
    asked = parser.parse_args()
    base = asked.folder / "base"
    if status := vierbein(["base", "import", str(asked.file), "-o", str(base)]):
        raise SystemExit(status)
    for domain in ("cms", "atlas"):
        zero_shot(base, domain, 200 if asked.quick else 4000)
    transfer(base, asked.folder / "run", [*QUICK] if asked.quick else [])


if __name__ == "__main__":
    main()
