"""The contract of observables."""

from typing import ClassVar

import torch
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.observable import Observable
from vierbein.testing.agreement import apart
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand
from vierbein.testing.made_events import SCHEMA, made_events, reordered, shuffle_within

_ROUNDING = 1e-5
"""Of single precision, over the largest value."""


class ObservableContract(ComponentContract):
    """What an observable must do: `class TestMine(ObservableContract): component = "mine"`."""

    kind: ClassVar[str] = "observable"
    interface: ClassVar[type] = Observable
    schema: ClassVar[FeatureSchema] = SCHEMA
    """Features that the made events have; of the detector's own where it needs certain ones."""

    def events(self, lengths: tuple[int, ...] = (5, 1, 0, 7, 3, 2)) -> EventBatch:
        """Make events."""
        return made_events(self.schema, lengths)

    def value(self, events: EventBatch) -> Tensor:
        """Build it and compute it."""
        found: Tensor = self.made()(events)
        return found

    @check(since="0.1")
    def test_says_what_it_is(self) -> None:
        """It has a title, a unit of the program and a citation."""
        made = self.loaded()
        texts = {name: getattr(made, name, None) for name in ("title", "unit", "citation")}
        empty = [n for n, text in texts.items() if not isinstance(text, str) or not text.strip()]
        demand(
            not empty,
            "An observable has a title, a unit and a citation.",
            f"It lacks {', '.join(empty)}.",
            'Write into the class:  title = "jet mass"; unit = "GeV"; citation = "arXiv:..."',
        )

    @check(since="0.1")
    def test_one_finite_number_an_event(self) -> None:
        """It gives one finite number an event, the one without particles included."""
        events = self.events()
        found = self.value(events)
        demand(
            tuple(found.shape) == (len(events),) and found.is_floating_point(),
            f"An observable of {len(events)} events must be {len(events)} numbers.",
            f"It has the shape {tuple(found.shape)}, of {found.dtype}.",
            "Reduce over particles; convert by `.float()`.",
        )
        bad = [i for i in range(len(events)) if not found[i].isfinite()]
        demand(
            not bad,
            "An observable must be finite for every event.",
            "It is not for events of "
            f"{', '.join(str(int(events.num_particles[i])) for i in bad)} particles.",
            "Divide by at least something; give 0 for an event without particles.",
        )

    @check(since="0.1")
    def test_order_of_particles(self) -> None:
        """It does not depend on the particles' order."""
        events = self.events()
        found = self.value(reordered(events, shuffle_within(events)))
        self._agree(found, self.value(events), "The order of particles must not matter")

    @check(since="0.1")
    def test_event_by_event(self) -> None:
        """It depends on its own event alone."""
        events = self.events()
        together = self.value(events)
        alone = [self.value(events.take(torch.tensor([i]))) for i in range(len(events))]
        self._agree(torch.cat(alone), together, "The other events of a batch must not matter")

    @check(since="0.1")
    def test_leaves_the_events_alone(self) -> None:
        """It does not change the events that it is given, and answers the same twice."""
        events, same = self.events(), self.events()
        first, second = self.value(events), self.value(events)
        kept = torch.equal(events.p4, same.p4) and torch.equal(events.features, same.features)
        demand(
            kept and torch.equal(first, second),
            "An observable must leave the events as they are, and answer the same twice.",
            "It changed them." if not kept else "Two answers differ.",
            "Make new tensors instead of writing into the events'.",
        )

    def _agree(self, found: Tensor, wanted: Tensor, asked: str) -> None:
        difference = apart(found, wanted)
        demand(
            difference <= _ROUNDING,
            f"{asked}.",
            f"The observable differs by {difference:.3g} of its largest value.",
            "Sum over each event's own particles (vierbein.events.jagged.segment_sum).",
        )
