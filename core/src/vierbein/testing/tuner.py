"""The contract of tuners."""

from copy import deepcopy
from itertools import chain
from typing import ClassVar

import torch
from safetensors.torch import load, save
from torch import Tensor
from torch.nn.utils import parametrize

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.liveness import dead_parameters
from vierbein.interfaces.merge import merged
from vierbein.interfaces.network import Network
from vierbein.interfaces.tuner import Tuner
from vierbein.storage.difference import Difference, is_same
from vierbein.testing.agreement import ROUNDING, apart
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand
from vierbein.testing.made_events import made_events
from vierbein.testing.small_network import SCHEMA, small_network

_MORE = FeatureSchema((*SCHEMA.features, Feature("d0", "cm", "impact parameter")))
_RATE = 1e-2
_STEPS = 64
"""Points at which a course's rates are looked at."""


class TunerContract(ComponentContract):
    """What a tuner must do: `class TestMine(TunerContract): component = "mine"`."""

    kind: ClassVar[str] = "tuner"
    interface: ClassVar[type] = Tuner

    def network(self, given: FeatureSchema = SCHEMA, seed: int = 0) -> Network:
        """Make a base with a new head, in double precision; override to tune another."""
        return small_network(given=given, seed=seed, num_spare=2).double()

    def events(self, given: FeatureSchema = SCHEMA) -> EventBatch:
        """Make events for it."""
        return made_events(given, (5, 2, 7, 3), dtype=torch.float64)

    def tuned(self, given: FeatureSchema = SCHEMA, seed: int = 0) -> Network:
        """Make a network and apply the tuner, with the seed's random numbers."""
        network = self.network(given, seed)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.made().apply(network)
        return network

    @check(since="0.1")
    def test_identity_at_start(self) -> None:
        """Applying it leaves every prediction as it was."""
        events = self.events()
        before, after = _predict(self.network(), events), _predict(self.tuned(), events)
        demand(
            apart(after, before) <= ROUNDING,
            "Applying a tuner must leave every prediction as it was.",
            f"Predictions moved by {apart(after, before):.3g} of their size.",
            "Let what it adds start at zero (the second factor of a product, a residual's last "
            "layer).",
        )

    @check(since="0.1")
    def test_something_learns(self) -> None:
        """The head learns, and the learning rate is a positive number."""
        learning = _learning(self.tuned())
        head = {f"head.{name}" for name, _ in self.network().head.named_parameters()}
        demand(
            head <= learning,
            "A new head learns under every tuner.",
            f"{', '.join(sorted(head - learning)) or 'Nothing'} is frozen.",
            "network.head.requires_grad_(True)",
        )
        rate = self.made().learning_rate
        demand(
            isinstance(rate, float) and 0 < rate < 1,
            "A tuner names the peak learning rate that suits it, as `learning_rate`.",
            f"It says {rate!r}.",
            "self.learning_rate = 1e-3, or what has proved good.",
        )

    @check(since="0.1")
    def test_tuned_parameters_are_live(self) -> None:
        """Every parameter that it lets learn can change the prediction."""
        dead = dead_parameters(self.tuned(), self.events())
        demand(
            not dead,
            "Every parameter that learns must be able to change the prediction.",
            f"Dead: {', '.join(dead)}.",
            "A wrapper around a layer that is never called does nothing (torch's fused attention "
            "reads its layers' parameters): use torch.nn.utils.parametrize.",
        )

    @check(since="0.1")
    def test_frozen_parameters_stay(self) -> None:
        """After training the frozen part is the same bit by bit, and the rest has moved."""
        network = self.tuned()
        before, learning = deepcopy(network.state_dict()), _learning(network)
        _train(network, self.events())
        after = network.state_dict()
        moved = {name for name in after if not torch.equal(after[name], before[name])}
        demand(
            moved <= learning,
            "What a tuner freezes must stay as it was, bit by bit.",
            f"{', '.join(sorted(moved - learning))} changed in training.",
            "Freeze by requires_grad_(False), and let nothing write into the base.",
        )
        demand(
            learning <= moved,
            "What a tuner lets learn must move in training.",
            f"{', '.join(sorted(learning - moved))} did not.",
            "Look whether the prediction depends on it.",
        )

    @check(since="0.1")
    def test_new_features_can_be_learned(self) -> None:
        """Where the detector has features that the base does not know, the projection learns."""
        network = self.tuned(_MORE)
        projection = {f"projection.{n}" for n, _ in network.projection.named_parameters()}
        frozen = projection - _learning(network)
        demand(
            not frozen,
            "The projection must learn where it is not the identity.",
            f"{', '.join(sorted(frozen))} is frozen, and the detector has a feature more.",
            "if network.projection.extra or network.projection.defaulted: "
            "network.projection.requires_grad_(True)",
        )

    @check(since="0.1")
    def test_networks_share_nothing(self) -> None:
        """One tuner applied to two networks adds parameters of their own to each."""
        tuner, first, second = self.made(), self.network(), self.network(seed=1)
        tuner.apply(first)
        tuner.apply(second)
        shared = {id(p) for p in first.parameters()} & {id(p) for p in second.parameters()}
        before = _predict(second, self.events())
        _train(first, self.events())
        same = torch.equal(_predict(second, self.events()), before)
        demand(
            not shared and same,
            "A tuner is applied to many networks: seeds, domains, arms.",
            f"Two of them share {len(shared)} parameters"
            + ("." if same else "; training one changed the other."),
            "Make what it adds inside `apply`, and keep none of it in the tuner.",
        )

    @check(since="0.1")
    def test_same_seed_same_start(self) -> None:
        """What it adds is drawn from torch's random numbers, and fixed by their seed."""
        one, two = (self.tuned().state_dict() for _ in range(2))
        drawn = [name for name in one if name not in two or not torch.equal(one[name], two[name])]
        demand(
            not drawn and len(one) == len(two),
            "The same seed must give the same tuned network.",
            f"{', '.join(drawn) or 'Names'} differ.",
            "Draw from torch's own random numbers; fill what torch.empty gives.",
        )

    @check(since="0.1")
    def test_tuned_parameters_travel(self) -> None:
        """A tuned network's parameters, as safetensors, make a copy of it elsewhere."""
        network, other = self.tuned(), self.tuned(seed=1)
        _train(network, self.events())
        other.load_state_dict(load(save(network.state_dict())), strict=True)
        copy = deepcopy(network)
        wanted = _predict(network, self.events())
        for who, found in (("loaded", other), ("deep-copied", copy)):
            values = _predict(found, self.events())
            demand(
                torch.equal(values, wanted),
                f"A {who} tuned network must predict the same.",
                f"Its predictions differ by {apart(values, wanted):.3g} of their size.",
                "Register all that `apply` adds as parameters or persistent buffers.",
            )

    @check(since="0.1")
    def test_difference_to_the_base(self) -> None:
        """What it changed is kept as a difference to the base, and comes back bit by bit."""
        network, other, base = self.tuned(), self.tuned(seed=1), self.network().state_dict()
        _train(network, self.events())
        state = network.state_dict()
        difference = Difference.of(state, base)
        frozen = {n for n, p in network.named_parameters() if not p.requires_grad}
        kept = sorted(n for n in frozen & set(difference.own) if n.startswith("backbone."))
        demand(
            not kept,
            "What does not learn must be the base's, bit by bit: then only the rest is kept.",
            f"{', '.join(kept)} is frozen, and no tensor of the base.",
            "Leave the base's tensors as they are; scale in the forward pass.",
        )
        other.load_state_dict(difference.fill(base, other.state_dict()))
        lost = [n for n, tensor in other.state_dict().items() if not is_same(tensor, state[n])]
        demand(
            not lost,
            "A tuned network must come back from its difference to the base.",
            f"{', '.join(lost)} did not.",
            "Register all that `apply` adds as parameters or persistent buffers.",
        )

    @check(since="0.1")
    def test_rates(self) -> None:
        """Its course names what learns, once each; rates are no less than 0, and not always 0."""
        network = self.tuned()
        course = self.made().course(network)
        named = [name for group in course.groups for name in sorted(group.names)]
        wrong = sorted({n for n in named if named.count(n) > 1} | (set(named) - _learning(network)))
        demand(
            not wrong,
            "A course groups parameters that learn, none of them twice.",
            f"It may not name {', '.join(wrong)}.",
            "Take names of `network.named_parameters()` with `requires_grad`.",
        )
        rates = [
            [float(group.rate(step / _STEPS)) for step in range(_STEPS)] for group in course.groups
        ]
        numbers = [*chain(*rates), *(group.weight_decay for group in course.groups)]
        demand(
            all(0 <= number < float("inf") for number in numbers),
            "Multiples of learning rate and weight decay are numbers from 0 up.",
            f"The smallest is {min(numbers, default=0)!r}.",
            "0 freezes, 1 is the run's own.",
        )
        others = _learning(network) - set(named)
        idle = [step for step in range(_STEPS) if not others and not any(r[step] for r in rates)]
        never = [group for group, rate in zip(course.groups, rates, strict=True) if not any(rate)]
        demand(
            not idle and not never,
            "Something learns in every step, and each group in some.",
            f"{len(never)} groups never learn, and in {len(idle)} of {_STEPS} steps nothing does.",
            "What never learns is frozen in `apply`: requires_grad_(False).",
        )

    @check(since="0.1")
    def test_penalty(self) -> None:
        """Its penalty, if any, is 0 at the start and a positive number away from it."""
        network = self.tuned()
        penalty = self.made().course(network).penalty
        if penalty is None:
            return
        start = float(penalty().detach())
        demand(
            abs(start) <= ROUNDING,
            "A penalty is 0 where the training starts.",
            f"It is {start:.3g}.",
            "Measure from the parameters that `course` finds: keep a copy of them in it.",
        )
        _train(network, self.events())
        value = penalty()
        demand(
            value.shape == () and value.requires_grad and 0 < float(value.detach()) < float("inf"),
            "Away from the start a penalty is one positive number, differentiable.",
            f"It is {value}.",
            "Sum it over the parameters that learn.",
        )

    @check(since="0.1")
    def test_replay(self) -> None:
        """The share of replayed events is a number from 0 up and below 1."""
        share = self.made().replay
        demand(
            isinstance(share, float) and 0 <= share < 1,
            "`replay` is the share of a step's events that come from the source domain.",
            f"It says {share!r}.",
            "0.0 replays none; target events there must be.",
        )

    @check(since="0.1")
    def test_merges(self) -> None:
        """Baking in what it added leaves predictions as they are, for exporters."""
        network = self.tuned()
        _train(network, self.events())
        plain = merged(network)
        wanted, found = (_predict(n, self.events()) for n in (network, plain))
        demand(
            apart(found, wanted) <= ROUNDING,
            "A merged network must predict the same (exporters are given it).",
            f"Predictions differ by {apart(found, wanted):.3g} of their size.",
            "Let parametrizations depend on nothing but their parameters.",
        )
        said = self.loaded().is_mergeable
        is_same_names = set(plain.state_dict()) == set(self.network().state_dict())
        demand(
            is_same_names is said,
            "`is_mergeable` says whether a merged network has the base's parameters, by name.",
            f"It is {said}; the names are {'the same' if is_same_names else 'others'}.",
            "Set it to False where a tuner inserts modules that no parametrization can express.",
        )
        left = [n for n, m in plain.named_modules() if parametrize.is_parametrized(m)]
        demand(
            not left,
            "A merged network must have no parametrization left.",
            f"There is one in {', '.join(left)}.",
            "Do not put one parametrized module inside another's parametrization.",
        )


def _predict(network: Network, events: EventBatch) -> Tensor:
    with torch.no_grad():
        prediction: Tensor = network.eval()(events)
    return prediction


def _learning(network: Network) -> set[str]:
    return {name for name, p in network.named_parameters() if p.requires_grad}


def _train(network: Network, events: EventBatch) -> None:
    """Train off the start, with decay, so that every parameter that learns moves."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=0.1)
    network.train()
    for _ in range(3):
        optimiser.zero_grad()
        network(events).square().sum().backward()
        optimiser.step()
    network.eval()
