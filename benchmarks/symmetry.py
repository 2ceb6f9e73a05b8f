"""Measure what Lorentz symmetry buys when data are few: AUC against the number of training jets.

Three networks of equally many parameters learn top tagging from scratch, from the same samples of
the shipped jets, with as many steps and learning rates tried: one that is the same in every frame,
the same one that is also told the time axis and the beams, and a Particle Transformer, which is
given all features. An interrupted study goes on where it stopped.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from rich.console import Console

from rows import RESULTS, write_row
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.interval import Interval, Measured
from vierbein.experiment.compare.jobs import twin_jobs
from vierbein.experiment.compare.results import ArmResult, TestEvents
from vierbein.experiment.compare.workers import perform_all
from vierbein.experiment.progress import bar
from vierbein.experiment.run import configure
from vierbein.storage.run_folder import claim, locked

COMMAND = "python benchmarks/symmetry.py"
NETWORKS: Mapping[str, Sequence[str]] = {
    "symmetric": (),
    "told the frame": ("backbone.references=both",),
    "plain": ("backbone=particle_transformer_tiny",),
}
QUICK = ("compare.sizes=[60,120]", "compare.seeds=2", "compare.steps=12", "compare.trials=1")
IMAGE = Path(__file__).parent.parent / "docs" / "images" / "symmetry_study.png"
Found = dict[str, dict[int, Measured]]


def study(folder: Path, workers: int, overrides: Sequence[str], console: Console) -> Found:
    """Train every network on every sample, and measure it on all test events."""
    found: Found = {}
    for name, its in NETWORKS.items():
        place = [f"run_folder={folder / name.replace(' ', '_')}", f"compare.workers={workers}"]
        assembly = Assembly(configure("symmetry_study", [*its, *place, *overrides]))
        jobs = twin_jobs(assembly)
        domain = next(iter(assembly.targets))
        with locked(assembly.folder), bar(name, len(jobs), console) as advance:
            claim(assembly.folder, assembly.configuration)
            perform_all(assembly, jobs, lambda _job, tell=advance: tell(), workers)
        results = [ArmResult.read(assembly.folder, job) for job in jobs]
        test, sizes = TestEvents(assembly, domain), assembly.settings.compare.sizes
        found[name] = {
            size: test.measure([each for each in results if each.job.size == size])
            for size in sizes
        }
        schema = assembly.targets[domain].adapter.schema
        parameters = sum(p.numel() for p in assembly.backbone(schema).parameters())
        console.print(f"{name}: {parameters:,} parameters")
    return found


def intervals(found: Found, level: float = 0.95) -> dict[str, dict[int, Interval]]:
    """Give each network's AUC, and the symmetric one's gain over the others, paired by seed."""
    ours = found["symmetric"]
    rows = dict(found)
    for other in list(found)[1:]:
        rows[f"gain over {other}"] = {size: ours[size] - found[other][size] for size in ours}
    return {
        name: {size: measured.interval(level) for size, measured in row.items()}
        for name, row in rows.items()
    }


def draw(said: Mapping[str, Mapping[int, Interval]], path: Path) -> None:
    """Draw AUC and gain against the number of training jets."""
    mpl.use("agg")
    figure, (upper, lower) = plt.subplots(
        2, 1, sharex=True, figsize=(6, 6), height_ratios=(2, 1), layout="constrained"
    )
    for shift, (name, row) in enumerate(said.items()):
        is_gain = name.startswith("gain")
        sizes = [size * (1 + 0.03 * (shift % 3 - 1)) for size in row]
        values = [each.value for each in row.values()]
        errors = [each.half_width for each in row.values()]
        (lower if is_gain else upper).errorbar(
            sizes, values, errors, marker="o", capsize=3, label=name, color=f"C{shift}"
        )
    upper.set(ylabel="AUC, top against QCD", xscale="log")
    lower.set(xlabel="labelled jets (training and validation)", ylabel="gain in AUC")
    lower.axhline(0, color="grey", linewidth=0.8)
    lower.set_xticks(list(said["symmetric"]), [f"{size:,}" for size in said["symmetric"]])
    lower.minorticks_off()
    for axes in (upper, lower):
        axes.legend(frameon=False)
    figure.savefig(path, dpi=110)


def main() -> None:
    """Run the study; draw it, keep its figures and write the row."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("runs/symmetry_study"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="few, short trainings; no row")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    overrides: Sequence[str] = ()
    if arguments.quick:
        folder, overrides = folder.with_name(f"{folder.name}_quick"), QUICK
    console = Console()
    said = intervals(study(folder, arguments.workers, overrides, console))
    for name, row in said.items():
        for size, each in row.items():
            console.print(f"{name:26} {size:5} {each.value:+.4f} [{each.low:.4f}, {each.high:.4f}]")
    if arguments.quick:
        draw(said, folder / "symmetry_study.png")
        return
    draw(said, IMAGE)
    plain = {name: {s: each.to_json() for s, each in row.items()} for name, row in said.items()}
    kept = RESULTS / "symmetry_study" / "figures.json"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(plain, indent=2) + "\n", "utf-8")
    size, gain = next(iter(said["gain over plain"].items()))
    against = f"AUC of a Particle Transformer of as many parameters, {size} labelled jets"
    figures = (gain.value, gain.low, gain.high)
    print(write_row("backbones", "symmetry_gain_small_data", *figures, "1", against, COMMAND))


if __name__ == "__main__":
    main()
