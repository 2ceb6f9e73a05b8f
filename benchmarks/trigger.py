"""Hold the best student of vierbein against JEDI-linear, both lowered by the same tool.

For eight and for sixteen particles, each side has the same number of trials (architecture, widths,
bits), training steps and jets. Ours are distilled from a tuned transformer; JEDI-linear learns from
labels, with rounding in training, as it was published. Each side's trial is the one of the best
accuracy on the validation jets among those that fit into the cap; it is trained with three seeds.
LUTs and pipeline stages are alkaid's estimates. Differences are ours minus theirs, or ours over
theirs, on test jets that no trial has seen.
"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import mean
from time import process_time
from typing import Any

import numpy as np
import torch

from rows import write_row
from trigger_picture import draw
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import perform
from vierbein.experiment.compare.interval import Interval, Measured
from vierbein.experiment.compare.jobs import transfer_jobs
from vierbein.experiment.compare.results import TestEvents
from vierbein.experiment.compressed import Compressed
from vierbein.experiment.run import configure
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.task import Scores
from vierbein.storage.atomic import new_folder, write_json
from vierbein.storage.hashing import sha256_of_data
from vierbein.training.evaluate import scores
from vierbein_alkaid.alkaid import Alkaid
from vierbein_alkaid.project import read
from vierbein_compression.distill import Distill
from vierbein_compression.quantize import Quantize

COMMAND = "python benchmarks/trigger.py"
TOPIC, DOMAIN, LEVEL = "hardware", "trigger", 0.95
CAP = 50_000
"""LUTs that a student may take."""
MAIN = 16
"""Particles of the rows without a number in their names."""
QUICK = ("compare.sizes=[300]", "compare.steps=5", "compare.seeds=2", "compare.test_events=300")


FULL = ("compare.sizes=[15000]", "compare.test_events=0", "training.patience=0")


@dataclass(frozen=True)
class Trial:
    """A student's architecture and widths.

    Parameters
    ----------
    side
        Whose it is: ours, or the reference's.
    backbone
        The student.
    bits
        Of weights and activations.
    settings
        Of the student.
    """

    side: str
    backbone: str
    bits: int
    settings: Mapping[str, Any] = field(default_factory=dict)

    def name(self, num_particles: int) -> str:
        """Name the student in the run's configuration."""
        said = "_".join(str(value) for value in self.settings.values())
        return f"{self.side}_{self.backbone}_{said}_{self.bits}b_{num_particles}p"

    def overrides(self, num_particles: int) -> list[str]:
        """Add it to a configuration."""
        name = self.name(num_particles)
        settings = {**self.settings, "num_particles": num_particles}
        chosen = f"+backbone@students.{name}={self.backbone}"
        return [chosen, *(f"students.{name}.{key}={value}" for key, value in settings.items())]


TRIALS = (
    Trial("ours", "deep_sets", 6, {"width": 16}),
    Trial("ours", "deep_sets", 5, {"width": 16}),
    Trial("ours", "deep_sets", 4, {"width": 24}),
    Trial("ours", "mlp_mixer", 5, {"width": 12, "depth": 1}),
    Trial("reference", "jedi_linear", 6, {"width": 8}),
    Trial("reference", "jedi_linear", 6, {"width": 12}),
    Trial("reference", "jedi_linear", 5, {"width": 12}),
    Trial("reference", "jedi_linear", 4, {"width": 16}),
)
"""As many for each side; at sixteen particles they are about as large as the cap allows."""


@dataclass(frozen=True)
class Found:
    """What a trial gave with one seed.

    Parameters
    ----------
    validation
        Accuracy on the validation jets.
    before
        The same before rounding.
    luts
        alkaid's estimate.
    cycles
        Pipeline stages.
    nanoseconds
        The latency that they are.
    seconds
        CPU seconds of training.
    """

    validation: float
    before: float
    luts: float
    cycles: float
    nanoseconds: float
    seconds: float


class Study:
    """The trials of both sides, each stored as soon as it is done.

    Parameters
    ----------
    folder
        Where trials are kept; one that is there is not made again.
    steps
        Of learning, and of learning with rounding.
    trials
        Of both sides.
    numbers
        Of particles.
    overrides
        Of the run.
    """

    def __init__(
        self,
        folder: Path,
        steps: tuple[int, int],
        trials: Sequence[Trial],
        numbers: Sequence[int],
        overrides: Sequence[str],
    ) -> None:
        students = [o for n in numbers for trial in trials for o in trial.overrides(n)]
        where = f"run_folder={folder / 'run'}"
        self.assembly = Assembly(configure("trigger", [where, *overrides, *students]))
        self.folder, self.steps, self.trials = folder, steps, trials
        for job in transfer_jobs(self.assembly):
            print(f"teacher: {job.arm}, {job.size} jets, seed {job.seed}", flush=True)
            perform(self.assembly, job)
        self.compressed = Compressed(self.assembly, {DOMAIN: "fine_tuned"})
        self.seeds = range(self.assembly.settings.compare.seeds)
        self.test = TestEvents(self.assembly, DOMAIN)
        self.alkaid = Alkaid()

    def found(self, trial: Trial, num_particles: int, seed: int) -> tuple[Found, Scores]:
        """Train, round and lower a trial, or read what came of it."""
        name = trial.name(num_particles)
        node = self.assembly.configuration["students"][name]
        said = [asdict(trial), node, self.steps, seed, self.assembly.configuration["compare"]]
        folder = self.folder / sha256_of_data(said)[:16]
        if not folder.exists():
            self._make(trial, name, seed, folder)
        found = Found(**json.loads((folder / "found.json").read_text("utf-8")))
        kept: Scores = np.load(folder / "scores.npy", allow_pickle=False)
        print(f"{name}, seed {seed}: {found}", flush=True)
        return found, kept

    def chosen(self, side: str, num_particles: int) -> Trial:
        """Give a side's best trial, by the first seed's validation jets."""
        mine = [trial for trial in self.trials if trial.side == side]
        found = [self.found(trial, num_particles, self.seeds[0])[0] for trial in mine]

        def merit(at: int) -> tuple[bool, float]:
            fits = found[at].luts <= CAP
            return fits, found[at].validation if fits else -found[at].luts

        return mine[max(range(len(mine)), key=merit)]

    def accuracy(self, kept: Sequence[Scores]) -> Measured:
        """Measure the accuracy on the test jets, one row a seed."""
        weights = np.vstack([self.test.event_weight, self.test.replicas])
        parts = [self.assembly.task.parts(each, self.test.truth).values() for each in kept]
        right = [sum(part.merit * part.belongs for part in each) for each in parts]
        rows = np.array([weights @ each / weights.sum(1) for each in right])
        return Measured(rows[:, 0], rows[:, 1:])

    def _make(self, trial: Trial, name: str, seed: int, folder: Path) -> None:
        begun = process_time()
        torch.set_num_threads(1)
        torch.manual_seed(seed)
        teaches = float(trial.side == "ours")
        materials, teacher = self.compressed.materials(name, seed), self.compressed.teacher(seed)
        learned = Distill(steps=self.steps[0], response=teaches).compress(teacher, materials)
        rounding = Quantize(trial.bits, trial.bits, steps=self.steps[1], distillation=teaches / 2)
        rounded = rounding.compress(learned, materials).eval()
        assert isinstance(rounded, FixedPointNetwork)  # noqa: S101 - `quantize` makes one
        task, held = self.assembly.task, materials.events.validation
        parts = [
            task.parts(scores(each, task, held), held.truths()).values()
            for each in (rounded, learned)
        ]
        right, before = (
            sum(float((part.merit * part.belongs).sum()) for part in each) / len(held)
            for each in parts
        )
        with new_folder(folder) as made:
            (made / "lowered").mkdir()
            self.alkaid.lower_program(rounded.program(), made / "lowered")
            firmware = read(made / "lowered")
            latency = firmware.cycles * firmware.clock_period
            seconds = process_time() - begun
            found = Found(right, before, firmware.lut, firmware.cycles, latency, seconds)
            np.save(made / "scores.npy", scores(rounded, task, self.test.table))
            write_json(made / "found.json", asdict(found))


def row(name: str, value: Interval, unit: str, against: str) -> None:
    """Write and print a row."""
    print(write_row(TOPIC, name, value.value, value.low, value.high, unit, against, COMMAND))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """Give the geometric mean of ratios seed by seed, with its interval over seeds."""
    logs = np.log(np.array(ours) / np.array(theirs))
    found = Measured(logs, np.zeros((len(logs), 2))).interval(LEVEL)
    return Interval(*(float(np.exp(each)) for each in (found.value, found.low, found.high)))


def compare(study: Study, num_particles: int, *, writes: bool) -> list[dict[str, Any]]:
    """Choose, train and lower both sides; give the points of the picture."""
    sides, points = {}, []
    for side in ("ours", "reference"):
        trial = study.chosen(side, num_particles)
        pairs = [study.found(trial, num_particles, seed) for seed in study.seeds]
        found, accuracy = [pair[0] for pair in pairs], study.accuracy([pair[1] for pair in pairs])
        sides[side] = (trial, found, accuracy)
        interval = accuracy.interval(LEVEL)
        points.append(
            {
                "network": trial.backbone,
                "side": side,
                "num_particles": num_particles,
                "accuracy": asdict(interval),
                "LUT": mean(each.luts for each in found),
                "latency_ns": mean(each.nanoseconds for each in found),
            }
        )
        said = f"{trial.backbone}, {dict(trial.settings)}, {trial.bits} bits; {len(found)} seeds"
        if writes:
            row(f"trigger_accuracy_{side}_{num_particles}", interval, "1", said)
    (trial, ours, right), (reference, theirs, their_right) = sides.values()
    said = (
        f"{trial.backbone} {dict(trial.settings)} {trial.bits} bits against JEDI-linear "
        f"{dict(reference.settings)} {reference.bits} bits, {num_particles} particles; "
        f"{len(study.trials) // 2} trials each, cap {CAP:,} LUT, {len(ours)} seeds; LUT and "
        "stages: alkaid's estimate"
    )
    rows = {
        "accuracy_minus_jedi_linear": (right - their_right).interval(LEVEL),
        "lut_vs_jedi_linear": ratio([f.luts for f in ours], [f.luts for f in theirs]),
        "latency_vs_jedi_linear": ratio([f.cycles for f in ours], [f.cycles for f in theirs]),
    }
    for name, interval in rows.items():
        print(name, num_particles, interval, said, flush=True)
        for suffix in (f"_{num_particles}", *([""] if num_particles == MAIN else [])):
            if writes:
                row(name + suffix, interval, "1", said)
    return points


def main() -> None:
    """Measure, write the rows, and draw."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test: no rows, no picture")
    parser.add_argument("--folder", type=Path, default=Path("runs/trigger_study"))
    asked = parser.parse_args()
    quick = asked.quick
    numbers = (4,) if quick else (8, 16)
    trials = (TRIALS[0], TRIALS[-1]) if quick else TRIALS
    steps = (5, 5) if quick else (4000, 1500)
    settings = QUICK if quick else FULL
    folder = asked.folder / "quick" if quick else asked.folder
    study = Study(folder, steps, trials, numbers, settings)
    points = [point for number in numbers for point in compare(study, number, writes=not quick)]
    write_json(folder / "points.json", points)
    if not quick:
        draw(points)


if __name__ == "__main__":
    main()
