"""Measure the Lorentz-symmetric backbones against the same mathematics written plainly.

Message passing: against torch-geometric's own MessagePassing, with vectors and one long list of
edges. The transformers of lgatr: against one padded block with a mask, as the package is used. Each
pair has the same parameters, and must agree first. Timed in CPU seconds on one thread, in turns, on
synthetic jets of N(45, 20) massless particles within 5 and 128.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import torch
from lgatr import embed_scalar, embed_vector, extract_scalar
from torch import Tensor
from torch_geometric.nn import MessagePassing

from rows import write_row
from vierbein.events.batch import EventBatch
from vierbein.events.jagged import slots
from vierbein.events.schema import Feature, FeatureSchema, Role
from vierbein_lorentz.lgatr_net import MOMENTUM_UNIT, LgatrNet
from vierbein_lorentz.lgatr_slim_net import LgatrSlimNet
from vierbein_lorentz.lorentz_block import VECTOR_STEP, LorentzBlock
from vierbein_lorentz.lorentz_net import LorentzNet
from vierbein_lorentz.rest_frame import METRIC, at_rest, psi

COMMAND = "python benchmarks/lorentz.py"
SCHEMA = FeatureSchema(tuple(Feature(f"scalar_{i}", role=Role.SCALAR) for i in range(6)))
AGREEMENT = 1e-6
FLOORS = {
    "lorentz_infer_vs_pyg": 1.5,
    "lorentz_train_vs_pyg": 1.3,
    "lgatr_slim_infer_vs_padded": 1.05,
    "lgatr_infer_vs_padded": 1.1,
}
"""Ratios that also the quick form, on a busy machine, must reach."""
Function = Callable[[EventBatch], Tensor]


def jets(num: int, seed: int, dtype: torch.dtype = torch.float32) -> EventBatch:
    """Draw jets of some hundred GeV: massless particles around an axis."""
    rng = np.random.default_rng(seed)
    lengths = np.clip(rng.normal(45, 20, num).astype(int), 5, 128)
    size = int(lengths.sum())
    axis = np.repeat(rng.normal(0, 1, (num, 2)), lengths, axis=0)
    eta, phi = (axis + rng.normal(0, 0.2, (size, 2))).T
    pt = rng.exponential(12, size) + 0.1
    p4 = pt * np.stack([np.cosh(eta), np.cos(phi), np.sin(phi), np.sinh(eta)])
    scalars = rng.normal(0, 1, (size, len(SCHEMA.features)))
    offsets = torch.tensor([0, *lengths]).cumsum(0)
    return EventBatch(
        SCHEMA, torch.from_numpy(p4.T).to(dtype), torch.from_numpy(scalars).to(dtype), offsets
    )


class PlainBlock(MessagePassing):  # type: ignore[misc]
    """The equations of arXiv:2201.08187, as torch-geometric's users write them."""

    def __init__(self, block: LorentzBlock) -> None:
        super().__init__(aggr="sum")
        self.block = block

    def forward(self, h: Tensor, x: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
        """Pass messages along a list of edges."""
        received = self.propagate(edge_index, h=h, x=x)
        heard, steps = received.split([h.shape[1], received.shape[1] - h.shape[1]], dim=1)
        if self.block.step is not None:
            x = x + VECTOR_STEP * steps
        return h + self.block.update(torch.cat([h, heard], dim=1)), x

    def message(self, h_i: Tensor, h_j: Tensor, x_i: Tensor, x_j: Tensor) -> Tensor:
        """Compute what goes along each edge."""
        block, metric = self.block, x_i.new_tensor(METRIC)
        apart = x_i - x_j
        seen = torch.stack([(apart * apart * metric).sum(1), (x_i * x_j * metric).sum(1)], dim=1)
        messages = block.message_in(torch.cat([h_i, h_j, psi(seen)], dim=1)).relu()
        messages = block.message_out(messages).relu()
        gated = block.gate(messages).sigmoid() * messages
        return gated if block.step is None else torch.cat([gated, block.step(messages) * x_j], 1)


def plain(backbone: LorentzNet) -> Function:
    """Write the network on torch-geometric, with the same parameters."""
    blocks = [PlainBlock(block) for block in backbone.message_blocks]  # type: ignore[arg-type]

    def pooled(events: EventBatch) -> Tensor:
        event, _ = slots(events.offsets)
        lengths = events.num_particles
        receiver = torch.repeat_interleave(lengths[event])
        first = events.offsets[:-1][event] - lengths[event].cumsum(0) + lengths[event]
        sender = torch.arange(len(receiver)) + torch.repeat_interleave(first, lengths[event])
        massless = events.p4.new_zeros(len(event), 1)
        h, x = backbone.entry(torch.cat([massless, events.features], dim=1)), events.p4
        for block in blocks:
            h, x = block(h, x, torch.stack([sender, receiver]))
        sums = h.new_zeros(len(events), h.shape[1]).index_add(0, event, backbone.exit(h))
        return sums / lengths.unsqueeze(1)

    return pooled


def padded(backbone: LgatrNet | LgatrSlimNet) -> Function:
    """Give the package's network all events as one padded block."""

    def pooled(events: EventBatch) -> Tensor:
        block = events.padded
        rest = at_rest(block)
        scalars = backbone.scalars(block, rest.mass2)
        given, mask = (rest.p4 / MOMENTUM_UNIT).unsqueeze(2), block.mask
        if isinstance(backbone, LgatrNet):
            given = embed_vector(given) + embed_scalar(scalars[..., :1]).unsqueeze(2)
        found, x = backbone.net(given, scalars, attn_mask=mask[:, None, None, :])
        if isinstance(backbone, LgatrNet):
            last = extract_scalar(found)[:, :, 0]
        else:
            last = psi((found.square() * found.new_tensor(METRIC)).sum(-1))
        x = torch.cat([x, last], dim=-1) * mask.unsqueeze(-1)
        return x.sum(1) / mask.sum(1, keepdim=True)

    return pooled


def pooled(backbone: LorentzNet | LgatrNet | LgatrSlimNet) -> Function:
    """Take the pooled vector of ours."""
    return lambda events: backbone(events).pooled


def infer(function: Function, events: EventBatch) -> float:
    """Time one representation of a batch."""
    begun = process_time()
    with torch.inference_mode():
        function(events)
    return process_time() - begun


def train(function: Function, events: EventBatch) -> float:
    """Time one forward and backward pass."""
    begun = process_time()
    function(events).square().sum().backward()  # type: ignore[no-untyped-call]
    return process_time() - begun


def fresh(events: EventBatch) -> EventBatch:
    """Forget the padded block: making it is part of the work."""
    return events.take(torch.arange(len(events)))


def agree(ours: Function, theirs: Function, events: EventBatch) -> float:
    """Give the largest difference over the largest value; refuse more than rounding."""
    with torch.no_grad():
        one, two = ours(events), theirs(events)
    difference = float((one - two).abs().max() / two.abs().max())
    if difference > AGREEMENT:
        sys.exit(f"The two differ by {difference:.3g} of their size.")
    return difference


def measure(
    name: str,
    timed: Callable[[Function, EventBatch], float],
    pair: tuple[Function, Function],
    size: int,
    against: str,
    rounds: int | None,
) -> None:
    """Time both in turns, and write the row of their ratio; no rounds: only look at the floor."""
    ratios, rates = [], []
    for index in range((rounds or 3) + 1):
        events = jets(size, 1 + index)
        ours, theirs = (timed(function, fresh(events)) for function in pair)
        if index:  # the first warms up
            ratios.append(theirs / ours)
            rates.append((size / ours, size / theirs))
            print(f"{name}, round {index} of {rounds or 3}: {ratios[-1]:.2f}", flush=True)
    if rounds is None:
        if median(ratios) < FLOORS[name]:
            sys.exit(f"{name} is {median(ratios):.3g}, and must be at least {FLOORS[name]:g}.")
        return
    ours, theirs = (median(each) for each in zip(*rates, strict=True))
    said = f"{against}: {theirs:.3g} events per CPU second; ours {ours:.3g}"
    print(
        write_row("backbones", name, median(ratios), min(ratios), max(ratios), "1", said, COMMAND)
    )


def main() -> None:
    """Check agreement, measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument(
        "--quick", action="store_true", help="shallow networks, loose floors, no rows"
    )
    arguments = parser.parse_args()
    rounds = None if arguments.quick else arguments.rounds
    torch.set_num_threads(1)
    torch.manual_seed(0)

    few = {"num_blocks": 2} if arguments.quick else {}
    net = LorentzNet(SCHEMA, **few).eval()  # type: ignore[arg-type]
    exact = LorentzNet(SCHEMA, **few).eval().double()  # type: ignore[arg-type]
    exact.load_state_dict(net.state_dict())
    # In double precision: the plain one subtracts large energies, which single does not hold.
    close = agree(pooled(exact), plain(exact), jets(16, 0, torch.float64))
    against = f"torch-geometric's MessagePassing, agreement {close:.1g} in double precision"
    for name, timed in (("lorentz_infer_vs_pyg", infer), ("lorentz_train_vs_pyg", train)):
        measure(name, timed, (pooled(net), plain(net)), 32, against, rounds)
    for name, kind in (
        ("lgatr_slim_infer_vs_padded", LgatrSlimNet),
        ("lgatr_infer_vs_padded", LgatrNet),
    ):
        transformer = kind(SCHEMA, **few).eval()  # type: ignore[arg-type]
        close = agree(pooled(transformer), padded(transformer), jets(16, 0))
        against = f"lgatr on one padded block, agreement {close:.1g}"
        pair = pooled(transformer), padded(transformer)
        measure(name, infer, pair, 16, against, rounds)


if __name__ == "__main__":
    main()
