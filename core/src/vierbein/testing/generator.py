"""The contract of generators."""

from typing import ClassVar

import torch
from jaxtyping import Float
from safetensors.torch import load, save
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.generator import Generator
from vierbein.testing.agreement import apart
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand
from vierbein.testing.made_events import SCHEMA, made_events

_NUM = 6


class GeneratorContract(ComponentContract):
    """What a generator must do: `class TestMine(GeneratorContract): component = "mine"`."""

    kind: ClassVar[str] = "generator"
    interface: ClassVar[type] = Generator
    schema: ClassVar[FeatureSchema] = SCHEMA
    """Features of the events that it is to sample; per-event features are its conditions."""

    def example(self) -> Generator:
        """Build one in evaluation mode."""
        return self.generator()

    def generator(self, seed: int = 0) -> Generator:
        """Build one with the parameters of a seed, in evaluation mode."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            made: Generator = self.made(schema=self.schema)
        return made.eval()

    def conditions(self, num: int) -> Float[Tensor, "event condition"]:
        """Draw conditions, a column for each per-event feature; override where they mean much."""
        rng = torch.Generator().manual_seed(3)
        return torch.randn(num, len(self.schema.event_features), generator=rng)

    def events(self) -> EventBatch:
        """Make events to learn from; override where the conditions must fit them."""
        return made_events(self.schema)

    @check(since="0.1")
    def test_samples_events(self) -> None:
        """It samples one finite event of its schema for each row of conditions."""
        conditions = self.conditions(_NUM)
        events = _sample(self.generator(), conditions)
        demand(
            len(events) == _NUM and events.schema == self.schema,
            f"{_NUM} rows of conditions must give {_NUM} events of the schema.",
            f"They gave {len(events)} of {events.schema}.",
            "EventBatch(self.schema, ...), one event a row.",
        )
        finite = bool(events.p4.isfinite().all() and events.features.isfinite().all())
        demand(
            finite and bool((events.p4[:, 0] >= 0).all()),
            "Sampled particles must have finite features and energies of at least 0.",
            "Some have not.",
            "Sample momentum and mass, and compute the energy of them.",
        )
        demand(
            torch.equal(events.event_features, conditions),
            "A sampled event must carry the conditions that it was sampled for.",
            f"Its per-event features are {tuple(events.event_features.shape)} other numbers.",
            "EventBatch(..., event_features=conditions)",
        )

    @check(since="0.1")
    def test_prepares(self) -> None:
        """It takes the same scales of the same events, leaves them alone, and samples on."""
        generator, events = self.generator(), self.events()
        before = events.p4.clone(), events.features.clone()
        generator.prepare(events)
        first = {name: values.clone() for name, values in generator.state_dict().items()}
        generator.prepare(events)
        demand(
            all(torch.equal(v, first[name]) for name, v in generator.state_dict().items()),
            "Prepared twice with the same events, a generator must be the same.",
            "Its parameters or buffers differ.",
            "Overwrite what was taken before; draw nothing.",
        )
        demand(
            torch.equal(events.p4, before[0]) and torch.equal(events.features, before[1]),
            "`prepare` must leave the events as they are.",
            "They changed.",
            "Make a new tensor instead of writing into theirs.",
        )
        sampled = _sample(generator, self.conditions(_NUM))
        demand(
            bool(sampled.p4.isfinite().all() and sampled.features.isfinite().all()),
            "A prepared generator must sample finite events.",
            "Some are not.",
            "A column that never varies has no scale: divide by 1 there.",
        )

    @check(since="0.1")
    def test_same_rng_same_events(self) -> None:
        """The same random numbers give the same events, and nothing else does."""
        generator, conditions = self.generator(), self.conditions(_NUM)
        torch.manual_seed(1)
        before = torch.get_rng_state()
        one = _sample(generator, conditions)
        moved = not torch.equal(torch.get_rng_state(), before)
        torch.manual_seed(2)
        two, other = _sample(generator, conditions), _sample(generator, conditions, seed=9)
        demand(
            not moved and _same(one, two),
            "Sampling must draw from the `rng` that it is given, and from nothing else.",
            "It drew from torch's global random numbers." if moved else "Two samples differ.",
            "torch.randn(..., generator=rng)",
        )
        demand(
            not _same(one, other),
            "Another seed must give other events.",
            "They are the same.",
            "Draw from `rng`.",
        )

    @check(since="0.1")
    def test_loss(self) -> None:
        """Its training loss is one finite number an event, and reaches every parameter."""
        generator, events = self.generator(), self.events()
        loss = generator.loss(events, torch.Generator().manual_seed(0))
        demand(
            tuple(loss.shape) == (len(events),) and bool(loss.isfinite().all()),
            f"The loss of {len(events)} events must be {len(events)} finite numbers.",
            f"It has the shape {tuple(loss.shape)}, {int((~loss.isfinite()).sum())} not finite.",
            "Leave the mean to the trainer.",
        )
        loss.sum().backward()  # type: ignore[no-untyped-call]
        named = generator.named_parameters()
        dead = [name for name, p in named if p.grad is None or not p.grad.isfinite().all()]
        demand(
            not dead,
            "The loss must reach every parameter, with finite gradients.",
            f"It does not reach {', '.join(dead)}.",
            "Use them in `loss`, or take them out.",
        )

    @check(since="0.1")
    def test_same_rng_same_loss(self) -> None:
        """The loss draws from the random numbers that it is given, and from nothing else."""
        generator, events = self.generator(), self.events()
        torch.manual_seed(1)
        before = torch.get_rng_state()
        one = generator.loss(events, torch.Generator().manual_seed(0))
        moved = not torch.equal(torch.get_rng_state(), before)
        torch.manual_seed(2)
        two = generator.loss(events, torch.Generator().manual_seed(0))
        demand(
            not moved and torch.equal(one, two),
            "The same `rng` must give the same loss: trainings are repeated by their seed.",
            "It drew from torch's global random numbers." if moved else "Two losses differ.",
            "torch.randn(..., generator=rng)",
        )

    @check(since="0.1")
    def test_parameters_travel_as_safetensors(self) -> None:
        """Its parameters, written and read by safetensors, make another one sample the same."""
        generator, other = self.generator(), self.generator(seed=1)
        generator.prepare(self.events())
        other.load_state_dict(load(save(generator.state_dict())), strict=True)
        one, two = (_sample(g, self.conditions(_NUM)) for g in (generator, other))
        demand(
            _same(one, two),
            "Parameters and buffers must say all of the generator.",
            f"After loading them, events differ by {apart(two.p4, one.p4):.3g} of their size.",
            "Register what is drawn or fitted as a parameter or a persistent buffer.",
        )

    @check(since="0.1")
    def test_blocks(self) -> None:
        """Its blocks are parts of it with parameters, none twice."""
        generator = self.generator()
        blocks, parts = list(generator.blocks()), set(map(id, generator.modules()))
        tensors = [id(p) for block in blocks for p in block.parameters()]
        demand(
            tensors and {*map(id, blocks)} <= parts and len(tensors) == len(set(tensors)),
            "blocks() must give parts of the generator, each parameter in one of them.",
            f"It gives {len(blocks)} with {len(tensors)} parameters.",
            "Return the modules themselves, by depth.",
        )


def _sample(generator: Generator, conditions: Tensor, seed: int = 0) -> EventBatch:
    with torch.no_grad():
        return generator.sample(conditions, torch.Generator().manual_seed(seed))


def _same(one: EventBatch, two: EventBatch) -> bool:
    names = ("p4", "features", "offsets")
    return all(torch.equal(getattr(one, name), getattr(two, name)) for name in names)
