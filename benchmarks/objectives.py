"""Measure what a base is worth by what it was pretrained on.

Each objective makes bases of the shipped CMS-like jets, in equal steps; each base is fine-tuned
with few labelled jets of the ATLAS-like detector, and held against a twin from scratch. Every seed
has a start and a sample of its own, which all objectives share. An interrupted study goes on where
it stopped.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from rows import write_row
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob, perform
from vierbein.experiment.compare.interval import Measured
from vierbein.experiment.compare.results import ArmResult, TestEvents
from vierbein.experiment.run import configure
from vierbein.experiment.stages.pretrain import pretrain

COMMAND = "python benchmarks/objectives.py"
OBJECTIVES = ("supervised", "masked_particles", "supervised_and_masked")
SIZES = (100, 1000)
DOMAIN, TUNER = "atlas", "full"
STUDY = (
    "base=null",
    "backbone=particle_transformer_tiny",
    f"tuner=[{TUNER}]",
    "pretrain.batch_size=64",
    # A new head wants a larger learning rate than a whole base: validation chooses, for all arms.
    "compare.trials=3",
    "compare.span=10",
    "training.looks=10",
    "training.patience=3",
)


def results(objective: str, seed: int, folder: Path, own: Sequence[str]) -> list[ArmResult]:
    """Make a base and fine-tune it; the supervised one's run trains the twins, too."""
    where = [f"run_folder={folder / objective / str(seed)}", f"cache_folder={folder / 'cache'}"]
    chosen = [f"objective={objective}", f"seed={seed}", *where]
    assembly = Assembly(configure("quickstart", [*STUDY, *own, *chosen]))
    pretrain(assembly, lambda *_: None)
    steps = assembly.settings.compare.steps
    jobs = [ArmJob(DOMAIN, "fine_tuned", size, seed, steps, TUNER) for size in SIZES]
    if objective == OBJECTIVES[0]:
        jobs += [ArmJob(DOMAIN, "twin_equal_steps", size, seed, steps) for size in SIZES]
    for job in jobs:
        perform(assembly, job)
    return [ArmResult.read(assembly.folder, job) for job in jobs]


def write(name: str, measured: Measured, level: float, against: str) -> None:
    """Write a row: the mean over seeds."""
    found = measured.interval(level)
    low, high = found.low, found.high
    print(write_row("backbones", name, found.value, low, high, "AUC", against, COMMAND))


def main() -> None:
    """Run the study and write its rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("runs/objectives"))
    parser.add_argument("--quick", action="store_true", help="does it run? nothing is written")
    arguments = parser.parse_args()
    seeds, pretraining, steps = (1, 6, 6) if arguments.quick else (5, 1200, 200)
    own = [f"pretrain.steps={pretraining}", f"compare.steps={steps}"]
    found = {
        objective: [results(objective, seed, arguments.folder, own) for seed in range(seeds)]
        for objective in OBJECTIVES
    }
    assembly = Assembly(
        configure("quickstart", [*STUDY, f"cache_folder={arguments.folder / 'cache'}"])
    )
    events, level = TestEvents(assembly, DOMAIN), assembly.settings.compare.level
    about = f"{seeds} seeds, {pretraining} steps of pretraining"
    for index, size in enumerate(SIZES):
        twin = events.measure([arms[len(SIZES) + index] for arms in found[OBJECTIVES[0]]])
        measured = {n: events.measure([arms[index] for arms in runs]) for n, runs in found.items()}
        if arguments.quick:
            print(size, twin.values, {name: each.values for name, each in measured.items()})
            continue
        write(f"objective_none_auc_{size}", twin, level, f"{seeds} seeds, from scratch")
        for name, each in measured.items():
            write(f"objective_{name}_auc_{size}", each, level, about)
            gain = f"the twin from scratch at equal steps, {about}"
            write(f"objective_{name}_gain_{size}", each - twin, level, gain)


if __name__ == "__main__":
    main()
