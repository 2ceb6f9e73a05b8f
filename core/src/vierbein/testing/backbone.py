"""The contract of backbones: what they make of events."""

import torch
from torch import nn

from vierbein.errors.base import did_you_mean
from vierbein.events.batch import EventBatch, Padded
from vierbein.interfaces.backbone import Backbone
from vierbein.testing.backbone_state import BackboneState
from vierbein.testing.check import check
from vierbein.testing.demand import demand
from vierbein.testing.made_events import reordered, shuffle_within
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


class BackboneContract(BackboneState):
    """What a backbone must do: `class TestMine(BackboneContract): component = "mine"`."""

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
