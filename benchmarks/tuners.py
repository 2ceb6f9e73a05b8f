"""Count the pairs of tuner and backbone of this repository in which every tuned parameter is live.

Each backbone is built as its smallest preset, or by its defaults. A pair counts if applying the
tuner changes no prediction, and if every parameter that it lets learn changes the prediction;
whether merging keeps predictions, and symmetries survive, is printed beside it. Pairs that a tuner
refuses (a backbone without biases) are no pairs, and are printed too.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from rows import write_row
from vierbein.config.build import build
from vierbein.config.compose import compose
from vierbein.config.plain import plain
from vierbein.errors.base import VierbeinError
from vierbein.events.batch import EventBatch
from vierbein.experiment.settings import RunSettings
from vierbein.interfaces.backbone import Backbone
from vierbein.interfaces.liveness import dead_parameters
from vierbein.interfaces.merge import merged
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.tuner import Tuner
from vierbein.registry.installed import Registry, installed
from vierbein.registry.known import KNOWN
from vierbein.testing.agreement import apart
from vierbein.testing.made_events import SCHEMA, made_events
from vierbein.testing.small_network import SmallHead
from vierbein.testing.symmetry import SYMMETRIES, TOLERANCES, known_to, transformed

SMALL = ("nano", "tiny", "small")
TUNERS = "vierbein-tuners"
NUM_SPARE = {"dummy_nodes": 2}
"""Units that the head does not see: all others would find dead what only leads to them."""
GAMMA = 2.0
"""Of boosts."""
LARGEST_CHANGE = 1e-9
"""Of predictions in double precision, over their size, by applying a tuner."""


class Pair(NamedTuple):
    """What was found of one tuner on one backbone.

    Parameters
    ----------
    backbone
        Component or preset.
    tuner
        Component.
    refused
        Why there is no such pair; empty if there is.
    num_tuned
        Numbers that learn, the head's included.
    dead
        Parameters that learn and change nothing.
    moved
        By how much of their size predictions changed at the start.
    unmerged
        By how much merged predictions differ, moved off the start; the same for what cannot merge.
    broken
        By how much a claimed symmetry is broken there, over its tolerance.
    """

    backbone: str
    tuner: str
    refused: str = ""
    num_tuned: int = 0
    dead: tuple[str, ...] = ()
    moved: float = 0.0
    unmerged: float = 0.0
    broken: float = 0.0

    @property
    def is_live(self) -> bool:
        """Whether every tuned parameter is live, and the start the identity."""
        return not self.refused and not self.dead and self.moved <= LARGEST_CHANGE


def backbones(registry: Registry) -> list[str]:
    """Name the smallest preset of each backbone of this repository, or the backbone itself."""
    presets = registry.presets("backbone")
    own = [c for c in registry.components if c.kind == "backbone" and c.distribution in KNOWN]
    return [
        next((n for size in SMALL if (n := f"{c.name}_{size}") in presets), c.name) for c in own
    ]


def tuners(registry: Registry) -> list[str]:
    """Name the tuners of this repository."""
    own = [c for c in registry.components if c.kind == "tuner" and c.distribution == TUNERS]
    return [component.name for component in own]


def pairs(registry: Registry, of_backbones: list[str], of_tuners: list[str]) -> Iterator[Pair]:
    """Try every tuner on every backbone."""
    for backbone in of_backbones:
        node = plain(compose(RunSettings, [f"backbone={backbone}"], registry=registry).config)[
            "backbone"
        ]
        for tuner in of_tuners:
            setting = [f"tuner=[{tuner}]"]
            found = plain(compose(RunSettings, setting, registry=registry).config)["tuner"][tuner]
            torch.manual_seed(0)
            try:
                claims = build(node, registry, schema=SCHEMA).symmetries - {"permutation"}
                # Only of features whose behaviour is known can a claim be measured.
                schema = reduce(
                    lambda kept, claim: known_to(SYMMETRIES[claim], kept), claims, SCHEMA
                )
                made: Backbone = build(node, registry, schema=schema)
                yield try_pair(backbone, tuner, made, build(found, registry))
            except VierbeinError as error:
                yield Pair(backbone, tuner, str(error).partition("\n")[0])


def try_pair(name: str, tuner_name: str, backbone: Backbone, tuner: Tuner) -> Pair:
    """Apply a tuner to a backbone with a new head, and look.

    Parameters
    ----------
    name
        Of the backbone.
    tuner_name
        Of the tuner.
    backbone
        Taken over.
    tuner
        Applied to it.

    Returns
    -------
    Pair
        What was found.
    """
    schema = backbone.schema
    statistics = dict.fromkeys((*schema.names, *schema.event_names), (0.1, 2.0))
    projection = Projection(schema, schema, statistics)
    num_spare = NUM_SPARE.get(tuner_name, 0)
    network = Network(projection, backbone, SmallHead(backbone.width), num_spare).double().eval()
    events = made_events(schema, (5, 2, 7, 3), dtype=torch.float64)
    before = predict(network, events)
    tuner.apply(network)
    moved = apart(predict(network, events), before)
    num_tuned = sum(p.numel() for p in network.parameters() if p.requires_grad)
    dead = dead_parameters(network, events)
    tuned = [p for p in network.parameters() if p.requires_grad]
    with torch.no_grad():
        for parameter in tuned:
            parameter.add_(torch.randn_like(parameter), alpha=1e-2)
    unmerged = apart(predict(merged(network), events), predict(network, events))
    return Pair(name, tuner_name, "", num_tuned, dead, moved, unmerged, broken(network, events))


def broken(network: Network, events: EventBatch) -> float:
    """Measure how far a tuned backbone is from what it claims, over the tolerance of the claim."""
    found = [0.0]
    rng = torch.Generator().manual_seed(0)
    for claim in sorted(network.backbone.symmetries - {"permutation"}):
        symmetry = SYMMETRIES[claim]
        moved = transformed(symmetry, events, rng, GAMMA)
        with torch.no_grad():
            first, other = (network.backbone(e).pooled for e in (events, moved))
        change = float((other - first).abs().max() / first.std())
        found.append(change / TOLERANCES[torch.float64])
    return max(found)


def predict(network: Network, events: EventBatch) -> Tensor:
    """Predict without gradients."""
    with torch.no_grad():
        prediction: Tensor = network(events)
    return prediction


def main() -> None:
    """Try all pairs and write the row."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two tuners, and no row")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    registry = installed()
    chosen = ["bottleneck", "lora"] if arguments.quick else tuners(registry)
    found = []
    for pair in pairs(registry, backbones(registry), chosen):
        found.append(pair)
        said = pair.refused or (
            f"{pair.num_tuned:8} tuned, {len(pair.dead)} dead, start {pair.moved:.1e}, "
            f"merged {pair.unmerged:.1e}, symmetries {pair.broken:.1e} of their tolerance"
        )
        print(f"{pair.backbone:28} {pair.tuner:12} {said}", *pair.dead)
    tried = [pair for pair in found if not pair.refused]
    live = sum(pair.is_live for pair in tried)
    print(f"{live} of {len(tried)} pairs are live; {len(found) - len(tried)} were refused")
    if not arguments.quick:
        against = (
            f"{len(tried)} pairs tried: {len({p.backbone for p in tried})} backbones, "
            f"{len({p.tuner for p in tried})} tuners; {len(found) - len(tried)} refused"
        )
        command = f"python benchmarks/{Path(__file__).name}"
        print(write_row("backbones", "tuners_live", live, live, live, "1", against, command))
    sys.exit(live < len(tried))


if __name__ == "__main__":
    main()
