"""The contract of objectives."""

from collections.abc import Iterator
from copy import deepcopy
from typing import ClassVar, NamedTuple

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.testing.agreement import ROUNDING, apart
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand, refuse
from vierbein.testing.made_events import LENGTHS, made_events
from vierbein.testing.made_task import MadeTask, kinds
from vierbein.testing.small_network import SCHEMA, small_network

_TASK = MadeTask()
_STEPS = 60
_RATE = 1e-2


class Learner(NamedTuple):
    """A network and what learns beside it."""

    network: Network
    companion: nn.Module

    def parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Name what can learn: the projection never does in pretraining."""
        for part in ("backbone", "head"):
            for name, parameter in getattr(self.network, part).named_parameters():
                yield f"{part}.{name}", parameter
        for name, parameter in self.companion.named_parameters():
            yield f"companion.{name}", parameter

    def train(self, *, mode: bool) -> None:
        """Set the mode of both."""
        self.network.train(mode)
        self.companion.train(mode)


class ObjectiveContract(ComponentContract):
    """What an objective must do: `class TestMine(ObjectiveContract): component = "mine"`."""

    kind: ClassVar[str] = "objective"
    interface: ClassVar[type] = Objective

    def network(self, seed: int = 0) -> Network:
        """Make what is pretrained, in double precision; override to pretrain another."""
        return small_network(seed=seed).double()

    def events(self, lengths: tuple[int, ...] = LENGTHS, seed: int = 0) -> EventBatch:
        """Make events of a source domain, with the truth of `MadeTask`."""
        truth = kinds(len(lengths), seed)
        return made_events(SCHEMA, lengths, seed=seed, dtype=torch.float64, truth=truth)

    def learner(self, seed: int = 0) -> Learner:
        """Make a network and its companion with the random numbers of a seed."""
        network = self.network(seed)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            companion: nn.Module = self.made().companion(network).double()
        found = Learner(network, companion)
        found.train(mode=False)
        return found

    def loss(self, learner: Learner, events: EventBatch) -> Tensor:
        """Give each event's loss."""
        return self._loss(learner, events).detach()

    def _loss(self, learner: Learner, events: EventBatch) -> Tensor:
        found: Tensor = self.made().loss(*learner, _TASK, events)
        return found

    @check(since="0.1")
    def test_loss_is_one_number_an_event(self) -> None:
        """The loss is finite, one number an event, those with one particle and none included."""
        learner, events = self.learner(), self.events()
        for mode in (False, True):
            learner.train(mode=mode)
            loss = self.loss(learner, events)
            demand(
                tuple(loss.shape) == (len(events),) and bool(loss.isfinite().all()),
                f"The loss of {len(events)} events must be {len(events)} finite numbers.",
                f"It has the shape {tuple(loss.shape)}, {int((~loss.isfinite()).sum())} not "
                "finite.",
                "Leave the mean to the trainer; divide by at least one particle.",
            )

    @check(since="0.1")
    def test_event_by_event(self) -> None:
        """In evaluation mode an event's loss depends on neither other events nor event weights."""
        learner, events = self.learner(), self.events()
        together = self.loss(learner, events)
        for i in range(len(events)):
            alone = self.loss(learner, events.take(torch.tensor([i])))
            demand(
                alone.shape == (1,) and apart(alone, together[i : i + 1]) <= ROUNDING,
                "In evaluation mode an event's loss must not depend on the other events.",
                f"Event {i} has {alone.tolist()} alone, {float(together[i]):.6g} among others.",
                "Draw from the event's id, and normalise by the event's own particles.",
            )
        events.event_weight = -3 * events.event_weight
        demand(
            torch.equal(self.loss(learner, events), together),
            "The loss is each event's own: event weights are applied by whoever sums it.",
            "It changes with the event weights.",
            "Leave them out of `loss`.",
        )

    @check(since="0.1")
    def test_same_validation_loss(self) -> None:
        """In evaluation mode it draws no random numbers: looks of a training can be compared."""
        learner, events = self.learner(), self.events()
        torch.manual_seed(1)
        before, one = torch.get_rng_state(), self.loss(learner, events)
        moved = not torch.equal(torch.get_rng_state(), before)
        torch.manual_seed(2)
        same = torch.equal(self.loss(learner, events), one)
        demand(
            same and not moved,
            "In evaluation mode the loss must be the same whenever it is asked for.",
            "It drew random numbers." if moved else "Two losses of the same events differ.",
            "Where `companion.training` is false, draw from `events.event_id` "
            "(vierbein.events.split.uniform).",
        )

    @check(since="0.1")
    def test_same_seed_same_training(self) -> None:
        """In training mode torch's seed fixes the loss, and the companion's start."""
        losses, states = [], []
        for _ in range(2):
            learner, events = self.learner(), self.events()
            learner.train(mode=True)
            torch.manual_seed(3)
            losses.append(self.loss(learner, events))
            states.append(learner.companion.state_dict())
        drawn = [name for name in states[0] if not torch.equal(states[0][name], states[1][name])]
        demand(
            torch.equal(*losses) and not drawn,
            "The same seed must give the same training.",
            f"{', '.join(drawn) or 'Losses'} differ.",
            "Draw from torch's own random numbers: the trainer seeds them at each step.",
        )

    @check(since="0.1")
    def test_all_that_is_kept_learns(self) -> None:
        """Its loss reaches all of the backbone and the companion, and the head if it says so."""
        learner = self.learner()
        self._loss(learner, self.events()).sum().backward()  # type: ignore[no-untyped-call]
        gradients = {n: p.grad for n, p in learner.parameters()}
        infinite = [n for n, g in gradients.items() if g is not None and not g.isfinite().all()]
        demand(
            not infinite,
            "Gradients must be finite.",
            f"Those of {', '.join(infinite)} are not.",
            "Mask before logarithms and roots; divide by at least one particle.",
        )
        reached = {n for n, g in gradients.items() if g is not None and bool(g.any())}
        teaches = bool(self.loaded().teaches_head)
        wanted = {n for n in gradients if teaches or not n.startswith("head.")}
        demand(
            wanted <= reached,
            "Whatever the base keeps, and the companion, must be able to change the loss.",
            f"It does not reach {', '.join(sorted(wanted - reached))}.",
            "Let the loss depend on the pooled vector and on the particles' own, and on all of the "
            "companion; say `teaches_head = False` where the head learns nothing.",
        )
        demand(
            reached <= wanted,
            "`teaches_head` says whether the base keeps the head.",
            "It is False, and the loss depends on the head.",
            "Say `teaches_head = True`, or predict with the companion.",
        )

    @check(since="0.1")
    def test_needs_no_truth(self) -> None:
        """Unless it teaches the head, it learns from events without truth."""
        if self.loaded().teaches_head:
            return
        learner, events = self.learner(), self.events()
        wanted = self.loss(learner, events)
        events.truth = {}
        try:
            found = self.loss(learner, events)
        except Exception as error:  # noqa: BLE001 - whatever an objective's code raises
            said = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
            refuse(
                "An objective that does not teach the head must need no truth.",
                f"Without it came {said}",
                "Leave truth out of `loss`, or say `teaches_head = True`.",
            )
        demand(
            torch.equal(found, wanted),
            "An objective that does not teach the head must not depend on truth.",
            "Its loss is another without it.",
            "Leave truth out of `loss`, or say `teaches_head = True`.",
        )

    @check(since="0.1")
    def test_leaves_what_it_is_given_alone(self) -> None:
        """It changes neither the network nor the events that it is given."""
        network, events = self.network(), self.events()
        named = {name: p.requires_grad for name, p in network.named_parameters()}
        before = deepcopy(network.state_dict())
        learner, given = self.learner(), deepcopy(events)
        self.made().companion(network)
        self.loss(learner, events)
        changed = [n for n, t in network.state_dict().items() if not _same(before.get(n), t)]
        frozen = [n for n, p in network.named_parameters() if p.requires_grad != named.get(n)]
        demand(
            not changed and not frozen,
            "Making a companion must leave the network as it was.",
            f"{', '.join(changed or frozen)} changed.",
            "Put what is new into the companion.",
        )
        columns = ("p4", "features", "event_features", "event_weight")
        touched = [n for n in columns if not torch.equal(getattr(events, n), getattr(given, n))]
        demand(
            not touched,
            "The loss must leave the events as they were.",
            f"It changed {', '.join(touched)}.",
            "Work on copies: torch.where, not an assignment.",
        )

    @check(since="0.1")
    def test_travels(self) -> None:
        """A training that was stopped goes on: parameters and buffers say all of the companion."""
        learner, other = self.learner(), self.learner(seed=1)
        for one, two in zip(learner, other, strict=True):
            two.load_state_dict(load(save(one.state_dict())), strict=True)
        wanted = self.loss(learner, self.events())
        for who, found in (("loaded", other), ("deep-copied", deepcopy(learner))):
            loss = self.loss(found, self.events())
            demand(
                torch.equal(loss, wanted),
                f"A {who} network and companion must have the same loss.",
                f"It differs by {apart(loss, wanted):.3g} of its size.",
                "Register what is drawn or fitted as a parameter or a persistent buffer.",
            )

    @check(since="0.1")
    def test_learns(self) -> None:
        """Training lowers the loss of the events that it learns from."""
        learner, events = self.learner(), self.events((6, 3, 8, 5, 4, 7))
        start = float(self.loss(learner, events).mean())
        optimiser = torch.optim.Adam([p for _, p in learner.parameters()], lr=_RATE)
        torch.manual_seed(0)
        for _ in range(_STEPS):
            learner.train(mode=True)
            optimiser.zero_grad()
            self._loss(learner, events).mean().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        learner.train(mode=False)
        end = float(self.loss(learner, events).mean())
        demand(
            end < start,
            "Training must lower the loss.",
            f"It was {start:.4g} before {_STEPS} steps, and is {end:.4g} after them.",
            "Look at its sign, and whether it asks in evaluation what it taught in training.",
        )


def _same(one: Tensor | None, two: Tensor) -> bool:
    return one is not None and torch.equal(one, two)
