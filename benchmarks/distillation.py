"""Measure what a teacher is worth to a student: distilled against alone, at equal steps.

For each seed a base is fine-tuned with labelled jets of the ATLAS-like detector; students of 8 and
16 particles learn from the same jets, taught by it and alone, from the same start and in the same
order. All settings were chosen on jets that are neither in these samples nor in the test split.
"""

from argparse import ArgumentParser
from functools import partial
from pathlib import Path

import torch

from rows import write_row
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob, perform, sample
from vierbein.experiment.compare.interval import Interval, Measured
from vierbein.experiment.compare.recommended import trained
from vierbein.experiment.compare.results import ArmResult, TestEvents
from vierbein.experiment.run import configure
from vierbein.interfaces.compressor import Materials
from vierbein.interfaces.network import Network
from vierbein.training.evaluate import scores
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer
from vierbein_compression.distill import Distill

COMMAND = "python benchmarks/distillation.py"
DOMAIN, SIZE, TUNER = "atlas", 1000, "full"
STUDENT, SIZES = "deep_sets", (8, 16)
LESSONS = {
    "distilled": {"response": 5.0, "temperature": 4.0},
    "alone": {"response": 0.0},
}
TRAINING = TrainingSettings(batch_size=64, looks=20)


def teacher_run(folder: Path, seeds: int, steps: int) -> Assembly:
    """Assemble the quick start with one tuner, whose fine-tuned networks teach."""
    own = [f"tuner=[{TUNER}]", f"compare.sizes=[{SIZE}]", f"compare.seeds={seeds}"]
    where = [f"run_folder={folder / 'teachers'}", f"cache_folder={folder / 'cache'}"]
    return Assembly(configure("quickstart", [*own, f"compare.steps={steps}", *where]))


def student_run(folder: Path, num_particles: int) -> Assembly:
    """Assemble a run whose backbone is the student, with a head that firmware can have."""
    own = [f"backbone={STUDENT}", f"backbone.num_particles={num_particles}", "task.head=linear"]
    own += ["base=null", "compare.test_events=0", f"cache_folder={folder / 'cache'}"]
    return Assembly(configure("quickstart", own))


def students(teachers: Assembly, run: Assembly, seed: int, steps: int) -> dict[str, ArmResult]:
    """Train a student in each way, and score the test jets."""
    domain, settings = run.targets[DOMAIN], teachers.settings.compare
    job = ArmJob(DOMAIN, "fine_tuned", SIZE, seed, settings.steps, TUNER)
    perform(teachers, job)
    teacher, _ = trained(teachers, DOMAIN, "fine_tuned", seed)
    events = sample(domain, SIZE, seed, settings.validation)
    fresh = partial(run.from_scratch, domain, events.train, seed)
    materials = Materials(run.task, FabricTrainer(TRAINING, seed), events, fresh)
    test = domain.events("test")
    found = {}
    for name, lessons in LESSONS.items():
        torch.manual_seed(seed)
        student: Network = Distill(steps=steps, **lessons).compress(teacher, materials)
        found[name] = ArmResult(job, {}, scores(student, run.task, test))
    return found


def write(name: str, found: Interval, against: str) -> None:
    """Write a row: the mean over seeds."""
    figures = (found.value, found.low, found.high)
    print(write_row("hardware", name, *figures, "AUC", against, COMMAND))


def main() -> None:
    """Train teachers and students, measure them and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("runs/distillation"))
    parser.add_argument("--quick", action="store_true", help="does it run? nothing is written")
    arguments = parser.parse_args()
    seeds, tuning, steps = (1, 6, 12) if arguments.quick else (5, 100, 1000)
    folder = arguments.folder / ("quick" if arguments.quick else "full")
    torch.set_num_threads(1)
    teachers = teacher_run(folder, seeds, tuning)
    level = teachers.settings.compare.level
    for size in SIZES:
        run = student_run(folder, size)
        events = TestEvents(run, DOMAIN)
        trained_ones = [students(teachers, run, seed, steps) for seed in range(seeds)]
        measured: dict[str, Measured] = {
            name: events.measure([arms[name] for arms in trained_ones]) for name in LESSONS
        }
        gain = measured["distilled"] - measured["alone"]
        if arguments.quick:
            print(size, {name: each.values for name, each in measured.items()}, gain.values)
            continue
        about = f"{STUDENT} of {size} particles, {SIZE} labelled jets, {steps} steps, {seeds} seeds"
        last = "" if size == SIZES[0] else f"_{size}"
        write(f"student_auc_float{last}", measured["distilled"].interval(level), about)
        write(f"student_auc_alone{last}", measured["alone"].interval(level), about)
        write(f"student_distilled_minus_alone{last}", gain.interval(level), about)


if __name__ == "__main__":
    main()
