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
    """Features of the events that it is to sample."""
    num_conditions: ClassVar[int] = 0
    """Numbers that an event is sampled for."""

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
        """Draw conditions; override where they have a meaning."""
        rng = torch.Generator().manual_seed(3)
        return torch.randn(num, self.num_conditions, generator=rng)

    def events(self) -> EventBatch:
        """Make events to learn from; override where the conditions must fit them."""
        return made_events(self.schema)

    @check(since="0.1")
    def test_samples_events(self) -> None:
        """It samples one finite event of its schema for each row of conditions."""
        events = _sample(self.generator(), self.conditions(_NUM))
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
    def test_parameters_travel_as_safetensors(self) -> None:
        """Its parameters, written and read by safetensors, make another one sample the same."""
        generator, other = self.generator(), self.generator(seed=1)
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
