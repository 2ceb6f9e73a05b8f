"""The contract of compressors."""

from copy import deepcopy
from functools import cache
from typing import ClassVar, NamedTuple

import torch

from vierbein.events.batch import EventBatch
from vierbein.events.table import EventTable
from vierbein.interfaces.compressor import Compressor, Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.trainer import TrainingEvents
from vierbein.testing.agreement import apart
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand
from vierbein.testing.fixed_point_network import RoundedSets
from vierbein.testing.made_events import made_events
from vierbein.testing.made_task import MadeTask, kinds
from vierbein.testing.small_network import SCHEMA, WIDTH, small_network
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer

_EVENTS = 64


class Outcome(NamedTuple):
    """A compression, and what it was given."""

    network: Network
    before: Network
    given: Network
    compressor: Compressor
    materials: Materials


class Size(NamedTuple):
    """What a network costs, in several ways that a compressor can make smaller."""

    parameters: int
    not_zero: int
    size_in_bytes: int
    different_values: int


class CompressorContract(ComponentContract):
    """What a compressor must do: `class TestMine(CompressorContract): component = "mine"`."""

    kind: ClassVar[str] = "compressor"
    interface: ClassVar[type] = Compressor
    largest_change: ClassVar[float] = 1.0
    """By how much of their size predictions may change."""

    @classmethod
    def given(cls) -> Network:
        """Make the network that it compresses; override where it can compress other ones only."""
        return small_network(head=MadeTask().head(WIDTH))

    @classmethod
    def fresh(cls) -> Network:
        """Make an untrained student."""
        return fresh_student()

    @classmethod
    def outcome(cls) -> Outcome:
        """Compress a small network once for all checks."""
        return _compressed(cls)  # type: ignore[arg-type]

    @check(since="0.1")
    def test_makes_it_smaller(self) -> None:
        """The network has fewer parameters, zeros among them, fewer bytes or fewer values."""
        before, after = (size_of(network) for network in self.outcome()[1::-1])
        demand(
            any(less < more for less, more in zip(after, before, strict=True)),
            "A compressor must make the network smaller in some way.",
            f"Before it had {before}, after {after}.",
            "Take parameters away, set them to zero, or give them fewer values or bytes.",
        )

    @check(since="0.1")
    def test_same_task(self) -> None:
        """The smaller network predicts what the task understands, not far from the first."""
        outcome, events = self.outcome(), _events(5)
        with torch.no_grad():
            wanted, found = (n.eval()(events) for n in (outcome.before, outcome.network))
        demand(
            isinstance(outcome.network, Network) and found.shape == wanted.shape,
            f"It must give a Network whose predictions have the shape {tuple(wanted.shape)}.",
            f"It gave a {type(outcome.network).__name__}, predictions of {tuple(found.shape)}.",
            "Keep projection and head, or make others that fit.",
        )
        change = apart(found, wanted)
        demand(
            change <= self.largest_change,
            f"Predictions may change by {self.largest_change:g} of their size.",
            f"They change by {change:.3g}.",
            "Train what is left (`trainer.fit`), or set `largest_change` in the class.",
        )

    @check(since="0.1")
    def test_leaves_the_network_alone(self) -> None:
        """The network that it was given stays as it was."""
        outcome = self.outcome()
        before, after = outcome.before.state_dict(), outcome.given.state_dict()
        spoilt = [n for n, v in before.items() if n not in after or not torch.equal(v, after[n])]
        shared = {id(p) for p in outcome.given.parameters()} & {
            id(p) for p in outcome.network.parameters()
        }
        demand(
            not spoilt and not shared,
            "The network that a compressor is given must stay as it was: it is compared with.",
            f"{', '.join(spoilt) or 'None'} changed; {len(shared)} parameters are shared.",
            "Work on copy.deepcopy(network).",
        )

    @check(since="0.1")
    def test_same_seed_same_network(self) -> None:
        """Done again with the same seeds, it gives the same network."""
        one, two = (_compress(type(self)).network.state_dict() for _ in range(2))
        demand(
            one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one),
            "The same network, events and seeds must give the same smaller network.",
            "Two differ.",
            "Draw from torch's own random numbers.",
        )

    @check(since="0.1")
    def test_is_restored(self) -> None:
        """Its parameters, and the network that it was made of, are enough to build it again."""
        outcome, events = self.outcome(), _events(5)
        parameters = {n: v.clone() for n, v in outcome.network.state_dict().items()}
        again = outcome.compressor.restored(outcome.given, outcome.materials, parameters)
        with torch.no_grad():
            wanted, found = (n.eval()(events) for n in (outcome.network, again))
        demand(
            again is not outcome.network and torch.equal(wanted, found),
            "`restored` must give the network that `compress` made, to the last bit.",
            f"Predictions differ by {apart(found, wanted):.3g} of their size.",
            "Build the same modules again, and load all parameters and buffers into them.",
        )


def size_of(network: Network) -> Size:
    """Measure what a network costs."""
    tensors = [*network.parameters(), *network.buffers()]
    flat = torch.cat([t.detach().flatten().double() for t in tensors])
    return Size(
        sum(p.numel() for p in network.parameters()),
        int((flat != 0).sum()),
        sum(t.numel() * t.element_size() for t in tensors),
        len(torch.unique(flat)),
    )


def fresh_student() -> Network:
    """Make a small untrained student, alike at each call."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        student, statistics = RoundedSets(SCHEMA), dict.fromkeys(SCHEMA.names, (0.1, 2.0))
        head = MadeTask().head(student.width)
        return Network(Projection(SCHEMA, SCHEMA, statistics), student, head)


def _events(seed: int) -> EventBatch:
    return made_events(SCHEMA, [3] * _EVENTS, seed=seed, truth=kinds(_EVENTS, seed))


def _compress(contract: type[CompressorContract]) -> Outcome:
    events = TrainingEvents(EventTable.of(_events(0)), EventTable.of(_events(1)))
    trainer = FabricTrainer(TrainingSettings(batch_size=32), 0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        given = contract.given()
        before = deepcopy(given)
        materials = Materials(MadeTask(), trainer, events, contract.fresh)
        compressor = contract.made()
        network = compressor.compress(given, materials)
    return Outcome(network, before, given, compressor, materials)


_compressed = cache(_compress)
