"""Measure how often the OOD monitor warns of clean batches, and how often of planted ones."""

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from scipy import stats
from torch import Tensor

from rows import write_row
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.table import EventTable
from vierbein.interfaces.run_view import RunView
from vierbein.interfaces.safeguard import Answer, Verdict
from vierbein_safeguards.ood import Ood

COMMAND = "python benchmarks/ood.py"
COLUMNS, WIDTH = 8, 12
SCHEMA = FeatureSchema(tuple(Feature(f"f{at}") for at in range(COLUMNS)))
NETWORK = np.random.default_rng(11).normal(size=(COLUMNS, WIDTH)) / np.sqrt(COLUMNS)
FALSE_ALARM, EVENT_RATE = 0.01, 0.01
PLANTED, SHIFT, BATCH = 0.05, 4.0, 500

Events = NDArray[np.float64]


@RunView.register
@dataclass
class World:
    """A run whose domains are samples of numbers, one particle an event."""

    samples: dict[tuple[str, str], Events]
    seed: int
    source: str = "here"
    targets: tuple[str, ...] = ("there",)

    def events(self, domain: str, split: str) -> EventTable:
        """Give the events of a split."""
        columns = torch.tensor(self.samples[domain, split], dtype=torch.float32)
        ends = torch.arange(len(columns) + 1)
        return EventTable.of(EventBatch(SCHEMA, columns[:, :4], columns, ends))

    def represent(self, events: EventBatch) -> Tensor:
        """Mix and bend the columns."""
        return torch.from_numpy(np.arcsinh(events.features.double().numpy() @ NETWORK))

    def observables(self, events: EventBatch) -> dict[str, Events]:
        """Give the columns."""
        return dict(zip(SCHEMA.names, events.features.double().numpy().T, strict=True))


def clean(rng: np.random.Generator, num: int) -> Events:
    """Draw familiar events, around values that differ from zero."""
    return 5.0 + rng.normal(size=(num, COLUMNS))


def asked(ood: Ood, seed: int, num_source: int, batch: Events) -> Verdict:
    """Ask about one batch, in a run whose source domain has so many events a split."""
    rng = np.random.default_rng([12, seed])
    samples = {("here", split): clean(rng, num_source) for split in ("train", "validation")}
    view = World({**samples, ("there", "test"): batch}, seed)
    return ood.question(view)[0]


def near(events: Events) -> Events:
    """Move a few events by so many standard deviations, each along an axis of its own."""
    moved = events.copy()
    few = np.arange(round(PLANTED * len(events)))
    moved[few, few % COLUMNS] += SHIFT
    return moved


def units(events: Events) -> Events:
    """Give one column in wrong units."""
    return events * np.where(np.arange(COLUMNS) == 1, 1000.0, 1.0)


def dead(events: Events) -> Events:
    """Lose one column."""
    return events * (np.arange(COLUMNS) != 2)


def one_period(plant: Callable[[Events], Events], num_periods: int) -> Callable[[Events], Events]:
    """Plant in one run period alone."""

    def planted(events: Events) -> Events:
        blocks = np.array_split(events, num_periods)
        return np.concatenate([plant(blocks[0]), *blocks[1:]])

    return planted


def share(name: str, alarms: list[bool], against: str, *, is_quick: bool) -> None:
    """Print a share of alarms with its 95 % interval, and write its row."""
    low, high = stats.binomtest(sum(alarms), len(alarms)).proportion_ci(0.95)
    value = sum(alarms) / len(alarms)
    print(f"{name}: {value:.4f} [{low:.4f}, {high:.4f}] {against}")
    if not is_quick:
        write_row("safeguards", name, value, low, high, "1", against, COMMAND)


def main() -> None:
    """Measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few batches; writes no row")
    is_quick = parser.parse_args().quick
    num_null, num_near, num_far = (40, 10, 4) if is_quick else (1000, 100, 10)
    # Few events are seen best by a limit that few clean ones pass; both rows have the same.
    strict = Ood(false_alarm_rate=FALSE_ALARM, warn_above=0.0, event_rate=EVENT_RATE)
    usual = Ood(false_alarm_rate=FALSE_ALARM, warn_above=0.0)
    alarms, declared = [], []
    for seed in track(range(num_null), description="clean"):
        verdict = asked(strict, seed, 200, clean(np.random.default_rng([13, seed]), 200))
        alarms.append(verdict.answer is not Answer.PASS)
        declared.append(verdict.false_alarm_rate)
    rates = f"nominal {FALSE_ALARM}, declared {np.mean(declared):.4f}"
    said = f"{rates}, event_rate={EVENT_RATE}; {num_null} clean batches"
    share("ood_false_alarm_rate", alarms, said, is_quick=is_quick)
    for row, ood, setting in (
        ("ood_power", strict, f"event_rate={EVENT_RATE}"),
        ("ood_power_default", usual, "the default event_rate"),
    ):
        seen = [
            asked(ood, seed, 2000, near(clean(np.random.default_rng([14, seed]), BATCH))).answer
            is not Answer.PASS
            for seed in track(range(num_near), description=row)
        ]
        said = f"{PLANTED:.0%} of {BATCH} events at {SHIFT:g} sigma, {FALSE_ALARM} false alarms"
        share(row, seen, f"{said}, {setting}; bar .90", is_quick=is_quick)
    far = []
    for plant in (units, dead):
        for ood, planted in (
            (Ood(), plant),
            (Ood(num_periods=10), one_period(plant, 10)),
        ):
            for seed in range(num_far):
                batch = planted(clean(np.random.default_rng([15, seed]), 1000))
                far.append(asked(ood, seed, 1000, batch).answer is not Answer.PASS)
    said = "units x1000 and a dead channel, in all events and in one run period of ten; bar 1"
    share("ood_far_alarmed", far, said, is_quick=is_quick)


if __name__ == "__main__":
    main()
