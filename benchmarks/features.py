"""Plant a bad feature in a target domain again and again, and count when it ranks first."""

from argparse import ArgumentParser
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from rich.progress import track
from scipy import stats

from rows import write_row
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.table import EventTable
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.trainer import Budget, TrainingEvents
from vierbein.testing.made_task import MadeTask
from vierbein.testing.small_network import SmallHead, SmallSets
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer
from vierbein_safeguards.attribution import Attributions, attribute, means_of
from vierbein_safeguards.drift import drift
from vierbein_safeguards.evaluated import evaluate
from vierbein_safeguards.seen import axis_of

COMMAND = "python benchmarks/features.py"
NUM_FEATURES, MOST_PARTICLES, EVENTS = 8, 6, 300
SCHEMA = FeatureSchema(tuple(Feature(f"f{at}") for at in range(NUM_FEATURES)))
STEPS, LEARNING_RATE = 600, 3e-3
SCALES, OFFSETS = (1.5, 2.5), (0.75, 1.5)
"""Mis-calibrations are drawn from these: factors (or their inverse), and sigmas up or down."""


def sample(num: int, seed: int) -> EventTable:
    """Draw events of correlated features, whose kind depends on all of them."""
    rng = np.random.default_rng([9, seed])
    lengths = rng.integers(2, MOST_PARTICLES + 1, num)
    offsets = np.concatenate([[0], lengths.cumsum()])
    shared = rng.normal(size=(lengths.sum(), 1))
    features = 0.9 * rng.normal(size=(lengths.sum(), NUM_FEATURES)) + 0.4 * shared
    signs = np.where(np.arange(NUM_FEATURES) % 2, 1.0, -1.0)
    summed = np.add.reduceat(features @ signs + 0.5 * features[:, 0] * features[:, 1], offsets[:-1])
    kind = torch.from_numpy((summed / np.sqrt(lengths) + rng.normal(size=num) > 0).astype(np.int64))
    p4 = torch.ones(int(lengths.sum()), 4)
    flat, ends = torch.tensor(features, dtype=torch.float32), torch.from_numpy(offsets)
    return EventTable.of(EventBatch(SCHEMA, p4, flat, ends, truth={"kind": kind}))


def base(seed: int) -> Network:
    """Train a network on the source domain."""
    torch.manual_seed(seed)
    projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
    network = Network(projection, SmallSets(SCHEMA), SmallHead())
    events = TrainingEvents(sample(4000, 1000 + seed), sample(500, 2000 + seed))
    trainer = FabricTrainer(TrainingSettings(batch_size=64), seed)
    trainer.fit(network, MadeTask(), events, Budget(STEPS, LEARNING_RATE))
    return network.eval()


def spoilt(events: EventTable, feature: int, how: str, rng: np.random.Generator) -> EventTable:
    """Make one feature dead, or calibrate it otherwise."""
    columns: NDArray[np.float32] = events.features.copy()
    if how == "dead":
        columns[:, feature] = 0
    elif how == "scale":
        columns[:, feature] *= rng.uniform(*SCALES) ** rng.choice([-1, 1])
    else:
        columns[:, feature] += rng.uniform(*OFFSETS) * rng.choice([-1, 1])
    return replace(events, features=columns)


def main() -> None:
    """Measure and write the row."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few plants; writes no row")
    is_quick = parser.parse_args().quick
    bases, plants = (1, 12) if is_quick else (5, 200)
    first = {"dead": 0, "scale": 0, "offset": 0}
    tried = dict.fromkeys(first, 0)
    alarmed, lacking = 0, []
    networks = [base(seed) for seed in track(range(bases), description="bases")]
    for plant in track(range(plants), description="plants"):
        network, rng = networks[plant % bases], np.random.default_rng([10, plant])
        known = sample(EVENTS, 5000 + plant)
        axis, means = axis_of(evaluate(network, known).prediction), means_of(known)
        how, feature = list(first)[plant % 3], int(rng.integers(NUM_FEATURES))
        here = sample(EVENTS, 10_000 + plant)
        there = spoilt(sample(EVENTS, 20_000 + plant), feature, how, rng)
        seen: list[Attributions] = [attribute(network, e, means, axis) for e in (here, there)]
        found = drift(seen[0], seen[1], rng)
        tried[how] += 1
        first[how] += found.first == feature
        alarmed += found.chance <= 0.01
        lacking.append(float(np.abs(seen[0].missing).mean() / seen[0].answers.std()))
    count = sum(first.values())
    low, high = stats.binomtest(count, plants).proportion_ci(0.95)
    kinds = ", ".join(f"{how}: {first[how]} of {tried[how]}" for how in first)
    against = (
        f"{plants} plants in {NUM_FEATURES} features, {bases} bases; {kinds}; {alarmed} significant"
        f" at .01; attributions lack {np.mean(lacking):.1e} of the answers' spread; bar .95"
    )
    print(f"features_ranked_first: {count / plants:.4f} [{low:.4f}, {high:.4f}] {against}")
    if not is_quick:
        row = (count / plants, low, high, "1", against, COMMAND)
        write_row("safeguards", "features_ranked_first", *row)


if __name__ == "__main__":
    main()
