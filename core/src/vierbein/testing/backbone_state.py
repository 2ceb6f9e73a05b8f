"""The contract of backbones: how one is built, learns, is copied and travels."""

from copy import deepcopy
from typing import ClassVar

import torch
from safetensors.torch import load, save
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone
from vierbein.interfaces.liveness import ROUNDING as NO_GRADIENT
from vierbein.testing.agreement import apart
from vierbein.testing.calls import calls
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand
from vierbein.testing.made_events import LENGTHS, SCHEMA, made_events
from vierbein.testing.represented import represent

_STEP = 1e-2


class BackboneState(ComponentContract):
    """What holds of a backbone's parameters, whatever it represents."""

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
