"""The contract of backbones."""

from copy import deepcopy
from typing import ClassVar

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from vierbein.errors.base import did_you_mean
from vierbein.events.batch import EventBatch, Padded
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone
from vierbein.interfaces.liveness import ROUNDING as NO_GRADIENT
from vierbein.testing.agreement import apart
from vierbein.testing.calls import calls
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand
from vierbein.testing.made_events import LENGTHS, SCHEMA, made_events, reordered, shuffle_within
from vierbein.testing.represented import (
    demand_equal,
    demand_finite,
    demand_invariant,
    represent,
)
from vierbein.testing.symmetry import (
    GAMMAS,
    SYMMETRIES,
    TOLERANCES,
    collimated,
    known_to,
    slow,
    transformed,
)

_STEP = 1e-2


class BackboneContract(ComponentContract):
    """What a backbone must do: `class TestMine(BackboneContract): component = "mine"`."""

    kind: ClassVar[str] = "backbone"
    interface: ClassVar[type] = Backbone
    schema: ClassVar[FeatureSchema] = SCHEMA
    """Features that the made events have; of the backbone's own where it needs certain ones."""

    def example(self) -> Backbone:
        """Build one in evaluation mode."""
        return self.backbone()

    def backbone(self, *, seed: int = 0, schema: FeatureSchema | None = None) -> Backbone:
        """Build one with the parameters of a seed, in evaluation mode."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            made: Backbone = self.made(schema=self.schema if schema is None else schema)
        return made.eval()

    def exact(self, schema: FeatureSchema | None = None) -> Backbone:
        """Build one in double precision."""
        return self.backbone(schema=schema).double()

    def events(
        self,
        lengths: tuple[int, ...] = LENGTHS,
        *,
        seed: int = 0,
        dtype: torch.dtype = torch.float64,
        schema: FeatureSchema | None = None,
    ) -> EventBatch:
        """Make events with the contract's features."""
        return made_events(schema or self.schema, lengths, seed=seed, dtype=dtype)

    @check(since="0.1")
    def test_represents_events(self) -> None:
        """It gives finite vectors of its width, one an event and one a slot, with the mask."""
        backbone, events = self.backbone(), self.events(dtype=torch.float32)
        found = represent(backbone, events)
        mask, width = events.padded.mask, backbone.width
        shapes = {"pooled": (len(events), width), "particles": (*mask.shape, width)}
        for name, wanted in shapes.items():
            values = getattr(found, name)
            demand(
                tuple(values.shape) == wanted,
                f"Representation.{name} must have the shape {wanted}.",
                f"It has {tuple(values.shape)}; the backbone's width is {width}.",
                "One vector of `width` an event in `pooled`, one a slot in `particles`.",
            )
            demand_finite(values, f"Representation.{name} of ordinary events")
        demand(
            torch.equal(found.mask, mask),
            "Representation.mask must be the events' own, True where a slot holds a particle.",
            f"{int((found.mask != mask).sum()) if found.mask.shape == mask.shape else 'All'} "
            "slots differ.",
            "Give `events.padded.mask` on.",
        )
        demand(
            backbone.schema == self.schema,
            "The backbone must keep the schema that it was built for, as `schema`.",
            f"It says {backbone.schema}.",
            "self.schema = schema",
        )

    @check(since="0.1")
    def test_empty_slots_are_zero(self) -> None:
        """What it gives of a slot without a particle is zero."""
        found = represent(self.backbone(), self.events(dtype=torch.float32))
        left = float(found.particles[~found.mask].abs().max())
        demand(
            left == 0,
            "Representation.particles must be zero in empty slots.",
            f"Values up to {left:.3g} stand there.",
            "Multiply with `mask.unsqueeze(-1)` at the end.",
        )

    @check(since="0.1")
    def test_event_without_particles(self) -> None:
        """An event without particles has a finite representation, alone and among others."""
        backbone = self.backbone()
        for lengths in ((0,), (0, 0), (0, 3), (4, 0, 1)):
            found = represent(backbone, self.events(lengths, dtype=torch.float32))
            for what, values in (("pooled", found.pooled), ("particles", found.particles)):
                demand_finite(values, f"Representation.{what} of events of {lengths} particles")

    @check(since="0.1")
    def test_batch_of_one(self) -> None:
        """An event alone is represented as in a batch."""
        backbone, events = self.exact(), self.events()
        together = represent(backbone, events).pooled
        for i in range(len(events)):
            alone = represent(backbone, events.take(torch.tensor([i]))).pooled[0]
            demand_equal(alone, together[i], f"Event {i} alone must be represented as in the batch")

    @check(since="0.1")
    def test_other_events_of_the_batch(self) -> None:
        """Neither the order of a batch nor its other events change an event's representation."""
        backbone, events = self.exact(), self.events()
        before = represent(backbone, events).pooled
        backwards = torch.arange(len(events)).flip(0)
        after = represent(backbone, events.take(backwards)).pooled[backwards]
        demand_equal(after, before, "The order of the batch must not matter")
        others = EventBatch.concatenate([events, self.events((40, 2, 9), seed=7)])
        after = represent(backbone, others).pooled[: len(events)]
        demand_equal(after, before, "Other events in the batch must not matter")

    @check(since="0.1")
    def test_order_of_particles(self) -> None:
        """The pooled vector does not depend on the particles' order; their own follow it."""
        backbone, events = self.exact(), self.events()
        order = shuffle_within(events)
        before, after = (represent(backbone, e) for e in (events, reordered(events, order)))
        demand_equal(after.pooled, before.pooled, "The order of particles must not matter")
        flat = before.particles[before.mask][order]
        asked = "Each particle's vector must go with it when particles change places"
        demand_equal(after.particles[after.mask], flat, asked)

    @check(since="0.1")
    def test_padding(self) -> None:
        """Empty slots behind, between and before the particles change nothing."""
        backbone, events = self.exact(), self.events()
        before, padded = represent(backbone, events), events.padded
        more = padded.mask.shape[1] + 5
        rng = torch.Generator().manual_seed(3)
        gaps = torch.randperm(more, generator=rng)
        asked = "Empty slots must not matter"
        for slots in (torch.arange(more), torch.arange(more).flip(0), gaps):
            blocks = [
                nn.functional.pad(block.movedim(1, -1), (0, 5)).movedim(-1, 1)[:, slots]
                for block in (padded.p4, padded.features, padded.mask)
            ]
            spread = EventBatch.from_padded(self.schema, Padded(*blocks), events.event_features)
            after = represent(backbone, spread)
            demand_equal(after.pooled, before.pooled, asked)
            back = torch.argsort(slots)[: padded.mask.shape[1]]
            demand_equal(after.particles[:, back], before.particles, asked)

    @check(since="0.1")
    def test_claimed_symmetries(self) -> None:
        """The representation is the same after every transformation that it claims to ignore."""
        claimed = self.backbone().symmetries
        known = ("permutation", *SYMMETRIES)
        for name in sorted(claimed):
            demand(
                name in known,
                f"A backbone claims symmetries that the contract can measure: {', '.join(known)}.",
                f"It claims {name!r}.{did_you_mean(name, known)}",
                "Mend `symmetries`; it is a frozenset of these words.",
            )
        demand(
            "permutation" in claimed,
            "Every backbone claims permutation: particles of an event have no order.",
            f"It claims {', '.join(sorted(claimed)) or 'nothing'}.",
            'Add "permutation" to `symmetries`.',
        )
        for name in sorted(set(claimed) - {"permutation"}):
            symmetry = SYMMETRIES[name]
            schema = known_to(symmetry, self.schema)
            events = self.events(schema=schema)
            for kind in (collimated, slow):
                self._demand_invariant(self.exact(schema), name, kind(events))
            self._demand_invariant(self.backbone(schema=schema), name, collimated(events))

    def _demand_invariant(self, backbone: Backbone, name: str, events: EventBatch) -> None:
        """Transform events in double precision; represent them in the backbone's own."""
        rng = torch.Generator().manual_seed(11)
        symmetry, dtype = SYMMETRIES[name], next(backbone.parameters()).dtype
        before = represent(backbone, events.to("cpu", dtype))
        for gamma in GAMMAS:
            after = represent(backbone, transformed(symmetry, events, rng, gamma).to("cpu", dtype))
            asked = f"It claims {name!r}: {symmetry.meaning} must not matter"
            demand_invariant(before, after, asked, TOLERANCES[dtype])

    @check(since="0.1")
    def test_extreme_events(self) -> None:
        """Particles at rest, without energy, collinear or a thousand times too hard stay finite."""
        backbone, events = self.backbone(), self.events((4, 2), dtype=torch.float32)
        p4 = events.p4.clone()
        p4[0], p4[1] = torch.zeros(4), torch.tensor([1.0, 0.0, 0.0, 0.0])
        p4[2] = p4[3] = torch.tensor([5.0, 3.0, 0.0, 4.0])
        p4[4:] *= 1e3
        extreme = EventBatch(
            self.schema,
            p4,
            10 * events.features,
            events.offsets,
            event_features=events.event_features,
        )
        demand_finite(
            represent(backbone, extreme).pooled, "Representation.pooled of extreme events"
        )

    @check(since="0.1")
    def test_deterministic_in_evaluation(self) -> None:
        """In evaluation mode the same events have the same representation, bit by bit."""
        backbone, events = self.backbone(), self.events(dtype=torch.float32)
        before = deepcopy(backbone.state_dict())
        first, second = (represent(backbone, events) for _ in range(2))
        demand(
            torch.equal(first.pooled, second.pooled)
            and torch.equal(first.particles, second.particles),
            "In evaluation mode it must answer the same twice.",
            f"Two answers differ by {apart(second.pooled, first.pooled):.3g} of their size.",
            "Let dropout and noise depend on `self.training`, and draw nothing in evaluation.",
        )
        moved = [k for k, v in backbone.state_dict().items() if not torch.equal(v, before[k])]
        demand(
            not moved,
            "In evaluation mode nothing of the backbone may change.",
            f"{', '.join(moved)} changed.",
            "Update running averages in training only.",
        )

    @check(since="0.1")
    def test_leaves_the_events_alone(self) -> None:
        """It does not change the events that it is given."""
        events = self.events(dtype=torch.float32)
        names = ("p4", "features", "event_features", "offsets")
        padded = {name: getattr(events.padded, name).clone() for name in ("p4", "features", "mask")}
        before = {name: getattr(events, name).clone() for name in names}
        represent(self.backbone(), events)
        spoilt = [n for n in names if not torch.equal(getattr(events, n), before[n])]
        spoilt += [n for n in padded if not torch.equal(getattr(events.padded, n), padded[n])]
        demand(
            not spoilt,
            "A backbone must leave the events as they are: others read them after it.",
            f"It changed {', '.join(dict.fromkeys(spoilt))}.",
            "Make a new tensor instead of writing into theirs (`x = x * 2`, not `x *= 2`).",
        )

    @check(since="0.1")
    def test_gradients_reach_every_parameter(self) -> None:
        """Every parameter can change the representation."""
        backbone, events = self.exact(), self.events((6, 4, 5, 3))
        rng = torch.Generator().manual_seed(5)
        names, parameters = zip(*backbone.named_parameters(), strict=True)
        with torch.no_grad():  # off the start, where a zero-initialised layer hides those before it
            for parameter in parameters:
                noise = torch.randn(parameter.shape, generator=rng, dtype=torch.float64)
                parameter.add_(noise, alpha=_STEP)
        found = backbone(events)
        flat = torch.cat([found.pooled.flatten(), found.particles.flatten()])
        answer = flat @ torch.randn(len(flat), generator=rng, dtype=torch.float64)
        answer.backward()  # type: ignore[no-untyped-call]
        sizes = [0.0 if p.grad is None else float(p.grad.abs().max()) for p in parameters]
        dead = [n for n, s in zip(names, sizes, strict=True) if not s > NO_GRADIENT * max(sizes)]
        demand(
            not dead,
            "Every parameter must be able to change the representation.",
            f"No gradient reaches {', '.join(dead)}.",
            "Use them in `forward`, or take them out; a frozen constant is a buffer.",
        )

    @check(since="0.1")
    def test_parameters_travel_as_safetensors(self) -> None:
        """Its parameters, written and read by safetensors, make another one the same."""
        backbone, other = self.backbone(), self.backbone(seed=1)
        events = self.events(dtype=torch.float32)
        try:
            other.load_state_dict(load(save(backbone.state_dict())), strict=True)
        except RuntimeError as error:
            demand(
                holds=False,
                asked="Its parameters must be writable as safetensors, and load again by name.",
                found=str(error).splitlines()[0],
                cure="Let every tensor have its own memory and one name.",
            )
        one, two = represent(backbone, events).pooled, represent(other, events).pooled
        demand(
            torch.equal(one, two),
            "Parameters and buffers must say all of the backbone: a base travels as them.",
            f"After loading them, answers differ by {apart(two, one):.3g} of their size.",
            "Register what is drawn or fitted as a parameter or a persistent buffer.",
        )

    @check(since="0.1")
    def test_deepcopy(self) -> None:
        """A deep copy answers the same and shares nothing with its original."""
        backbone, events = self.backbone(), self.events(dtype=torch.float32)
        before = represent(backbone, events).pooled
        copy = deepcopy(backbone)
        demand(
            torch.equal(represent(copy, events).pooled, before),
            "A deep copy must answer the same.",
            "It answers otherwise.",
            "Keep all state in parameters, buffers and plain attributes.",
        )
        self._apart(copy, backbone, before, events, "A deep copy")

    @check(since="0.1")
    def test_same_seed_same_parameters(self) -> None:
        """The seed fixes the start; another seed starts elsewhere."""
        one, same, other = (self.backbone(seed=seed).state_dict() for seed in (0, 0, 1))
        drawn = [name for name in one if not torch.equal(one[name], same[name])]
        demand(
            not drawn,
            "The same seed must give the same parameters.",
            f"{', '.join(drawn)} differ.",
            "Draw from torch's own random numbers; what `torch.empty` gives must be filled.",
        )
        demand(
            any(not torch.equal(one[name], other[name]) for name in one),
            "Another seed must give other parameters: seeds measure the spread of trainings.",
            "All are the same.",
            "Do not set a seed in the constructor.",
        )

    @check(since="0.1")
    def test_instances_share_nothing(self) -> None:
        """Two built from the same settings share no state."""
        backbone, events = self.backbone(), self.events(dtype=torch.float32)
        before = represent(backbone, events).pooled
        self._apart(self.backbone(), backbone, before, events, "Another instance")

    @check(since="0.1")
    def test_keeps_double_precision(self) -> None:
        """Built for double precision, it computes in it."""
        found = represent(self.exact(), self.events())
        demand(
            found.pooled.dtype == found.particles.dtype == torch.float64,
            "After `.double()` it must answer in double precision.",
            f"It answers in {found.pooled.dtype} and {found.particles.dtype}.",
            "Cast to the dtype of the input, never to float32.",
        )
        exact = found.pooled
        single = represent(self.backbone(), self.events(dtype=torch.float32)).pooled
        rough = apart(single, exact)
        demand(
            rough < _STEP,
            "Single and double precision must agree to a percent.",
            f"They differ by {rough:.3g} of their size.",
            "Look for differences of large numbers, and for tensors that stay in float32.",
        )

    @check(since="0.1")
    def test_blocks(self) -> None:
        """Its blocks are parts of it, in the order in which events pass them, none twice."""
        backbone = self.backbone()
        blocks = list(backbone.blocks())
        parts = {id(module): name for name, module in backbone.named_modules()}
        demand(
            blocks and all(id(block) in parts for block in blocks),
            "blocks() must give parts of the backbone, at least one.",
            f"It gives {len(blocks)}, of which {sum(id(b) not in parts for b in blocks)} are none.",
            "Return the modules themselves: [self.entry, *self.layers].",
        )
        tensors = [id(p) for block in blocks for p in block.parameters()]
        demand(
            tensors and len(tensors) == len(set(tensors)),
            "Blocks must have parameters, each in one block: depth sweeps freeze them in turn.",
            f"They hold {len(tensors)} parameters, {len(set(tensors))} of them different.",
            "Let no block contain another.",
        )
        with calls(blocks) as seen:
            represent(backbone, self.events(dtype=torch.float32))
        demand(
            seen == sorted(seen),
            "blocks() must be ordered by depth, from the input on.",
            f"Events pass them in the order {seen}.",
            "Sort the list as `forward` calls the modules.",
        )

    def _apart(
        self, other: Backbone, backbone: Backbone, before: Tensor, events: EventBatch, who: str
    ) -> None:
        """Spoil the tensors of one, and look whether the other notices."""
        with torch.no_grad():
            for tensor in (*other.parameters(), *other.buffers()):
                tensor.zero_()
        represent(other, self.events((2, 2), dtype=torch.float32, seed=9))
        demand(
            torch.equal(represent(backbone, events).pooled, before),
            f"{who} must share no state with the first.",
            "Changing its parameters changed the first one's answers.",
            "Make modules and tensors in the constructor, not in the class or the module.",
        )
