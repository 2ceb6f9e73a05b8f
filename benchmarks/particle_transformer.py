"""Measure the packed Particle Transformer against weaver-core's own, with equal parameters.

Both see the same synthetic jets in one process, on one thread, in turns, and are timed in CPU
seconds; nothing is timed before their answers and gradients agree. weaver's network gets what its
loader gives, 128 slots, and trims them itself as it does by default: in evaluation to the longest
jet of the batch; in training to a random quantile of the lengths, so that it often leaves the ends
of the longest jets out, which ours never does.

Useful operations are those of matrix products and attention on real particles and pairs, counted
in our network by torch. The peak is the best of 2048 x 2048 products in the same round.
"""

import json
import resource
import subprocess
import sys
from argparse import ArgumentParser
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode
from weaver.nn.model.ParticleTransformer import (  # type: ignore[import-untyped]
    ParticleTransformer as Published,
)

from rows import RESULTS, write_row
from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_transformer.packed_particle_transformer import PackedParticleTransformer
from vierbein_transformer.published_names import published_name

COMMAND = "python benchmarks/particle_transformer.py"
WEAVER = "weaver-core==0.5.3"
NUM_FEATURES, NUM_CLASSES, LONGEST = 17, 10, 128
SCHEMA = FeatureSchema(tuple(Feature(f"feature_{i}") for i in range(NUM_FEATURES)))
COST = RESULTS / "particle_transformer" / "cost.json"
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "particle_transformer_cost.png"
GOALS = {
    "particle_transformer_train_vs_weaver": "goal 3, below 2.5 is a miss",
    "particle_transformer_infer_vs_weaver": "goal 3, below 2.3 is a miss",
    "particle_transformer_bf16_train_vs_weaver": "goal 4, below 3 is a miss",
    "particle_transformer_bf16_infer_vs_weaver": "goal 4, below 3 is a miss",
    "gemm_share_train": "goal 0.55",
    "gemm_share_infer": "goal 0.65",
    "peak_memory_vs_padded": "goal at most 0.5",
}


class Classifier(nn.Module):
    """The packed backbone and the published head.

    Parameters
    ----------
    published
        Whose parameters both take.
    """

    def __init__(self, published: Published) -> None:
        super().__init__()
        self.backbone = PackedParticleTransformer(SCHEMA, dropout=0.0)
        names = self.backbone.published_names()
        body, head = names.translate(published.state_dict(), self.backbone.state_dict(), "weaver's")
        self.backbone.load_state_dict(body)
        self.head = nn.Sequential(OrderedDict(linear=nn.Linear(self.backbone.width, NUM_CLASSES)))
        self.head.load_state_dict(head)

    def forward(self, events: EventBatch) -> Tensor:
        """Give logits; the index plan is made here, each time."""
        logits: Tensor = self.head(self.backbone(events).pooled)
        return logits


def lengths(num: int, seed: int = 1) -> list[int]:
    """Draw multiplicities from N(45, 20), within 5 and 128."""
    rng = np.random.default_rng(seed)
    drawn: list[int] = np.clip(rng.normal(45, 20, num).astype(int), 5, LONGEST).tolist()
    return drawn


def jets(num_particles: Sequence[int]) -> EventBatch:
    """Draw massless particles around a jet's axis, and features."""
    rng = torch.Generator().manual_seed(1)
    total = sum(num_particles)
    eta, phi = 0.3 * torch.randn(2, total, generator=rng)
    pt = 0.5 + 50 * torch.rand(total, generator=rng)
    p4 = torch.stack([pt * eta.cosh(), pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()], dim=1)
    features = torch.randn(total, NUM_FEATURES, generator=rng)
    truth = {"label": torch.randint(0, NUM_CLASSES, (len(num_particles),), generator=rng)}
    return EventBatch(
        SCHEMA, p4, features, torch.tensor([0, *num_particles]).cumsum(0), truth=truth
    )


def padded_inputs(events: EventBatch, num_slots: int) -> tuple[Tensor, Tensor, Tensor]:
    """Give what weaver's loader would: features, (px, py, pz, E) and mask, slots last."""
    blocks = events.padded
    p4 = blocks.p4[..., [1, 2, 3, 0]]
    parts = (blocks.features.mT, p4.mT, blocks.mask.unsqueeze(1).float())
    missing = num_slots - blocks.mask.shape[1]
    features, vectors, mask = (functional.pad(part, (0, missing)).contiguous() for part in parts)
    return features, vectors, mask


def build(*, trim: bool = True) -> tuple[Published, Classifier]:
    """Make both in the published configuration, without dropout, off their start."""
    torch.manual_seed(0)
    plain = {"dropout": 0.0, "attn_dropout": 0.0, "activation_dropout": 0.0}
    published = Published(
        NUM_FEATURES,
        num_classes=NUM_CLASSES,
        use_pre_activation_pair=False,
        block_params=plain,
        cls_block_params=plain,
        trim=trim,
    )
    with torch.no_grad():
        for parameter in published.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))
    return published, Classifier(published)


def demand_agreement() -> None:
    """Stop unless answers and gradients agree."""
    published, ours = build(trim=False)
    events = jets([20] * 8)  # of equal length: weaver's input normalisation counts empty slots
    inputs = padded_inputs(events, 20)
    for network, logits in ((published, published(*inputs)), (ours, ours(events))):
        network.zero_grad()
        functional.cross_entropy(logits, events.truth["label"]).backward()  # type: ignore[no-untyped-call]
    theirs = {name: p.grad for name, p in published.named_parameters()}
    largest = max(float(g.abs().max()) for g in theirs.values())
    for name, parameter in ours.backbone.named_parameters():
        expected, grad = theirs[published_name(name)].flatten(), parameter.grad
        scale = max(float(expected.abs().max()), 1e-3 * largest)
        found = torch.zeros_like(expected) if grad is None else grad.flatten()
        _demand(f"gradient of {name}", float((found - expected).abs().max()) / scale, 1e-3)
    published.eval(), ours.eval()
    events = jets(lengths(32))
    with torch.no_grad():
        expected = published(*padded_inputs(events, LONGEST))
        apart = (ours(events) - expected).abs().max() / expected.abs().max()
        _demand("answer in single precision", float(apart), 1e-5)
        with torch.autocast("cpu", torch.bfloat16):
            rough = (ours(events), published(*padded_inputs(events, LONGEST)))
        exact = expected.softmax(1)
        mine, theirs = (float((each.float().softmax(1) - exact).abs().max()) for each in rough)
        print(
            f"half precision moves a probability by up to {mine:.2g}; weaver's own by {theirs:.2g}"
        )
        _demand("probability in half precision", mine, 1.5 * theirs)


def _demand(what: str, apart: float, tolerance: float) -> None:
    if not apart <= tolerance:
        sys.exit(f"No timing: {what} differs by {apart:.3g}; {tolerance:g} is granted.")


class Work:
    """Training steps and predictions of both networks on the same jets.

    Parameters
    ----------
    num_particles
        Of each jet.
    """

    def __init__(self, num_particles: Sequence[int]) -> None:
        self.published, self.ours = build()
        self._events = jets(num_particles)
        self._inputs = padded_inputs(self._events, LONGEST)
        self._optimizers = [
            torch.optim.AdamW(network.parameters(), lr=1e-4, fused=True)
            for network in (self.published, self.ours)
        ]
        small = padded_inputs(jets([6, 5]), LONGEST)
        for _ in range(5):  # it does not trim its first five batches
            self.published(*small)

    def weaver(self) -> Tensor:
        """Give weaver's logits."""
        logits: Tensor = self.published(*self._inputs)
        return logits

    def packed(self) -> Tensor:
        """Give ours, from a fresh batch: nothing of the last one is known."""
        events = self._events
        logits: Tensor = self.ours(EventBatch(SCHEMA, events.p4, events.features, events.offsets))
        return logits

    def train(self, predict: Callable[[], Tensor], *, half: bool = False) -> float:
        """Time a training step."""
        self.published.train(), self.ours.train()
        begun = process_time()
        with torch.autocast("cpu", torch.bfloat16) if half else nullcontext():
            loss = functional.cross_entropy(predict().float(), self._events.truth["label"])
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer = self._optimizers[predict == self.packed]
        optimizer.step()
        optimizer.zero_grad()
        return process_time() - begun

    def infer(self, predict: Callable[[], Tensor], *, half: bool = False) -> float:
        """Time a prediction."""
        self.published.eval(), self.ours.eval()
        begun = process_time()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
            predict()
        return process_time() - begun


def useful(num_particles: Sequence[int]) -> tuple[float, float]:
    """Count the operations of a prediction and of a training step, without any padding.

    They are polynomials of second degree in a jet's number of particles: three fix them.
    """
    _, ours = build()
    counted = []
    for size in (8, 16, 24):
        event = jets([size])
        with FlopCounterMode(display=False) as forward:
            logits = ours(event)
        with FlopCounterMode(display=False) as backward:
            logits.sum().backward()
        counted.append((forward.get_total_flops(), backward.get_total_flops()))
    fits = [np.polyfit((8, 16, 24), column, 2) for column in zip(*counted, strict=True)]
    infer, back = (float(np.polyval(fit, num_particles).sum()) for fit in fits)
    return infer, infer + back


def peak_rate(size: int = 2048, times: int = 3) -> float:
    """Measure the best rate of a large product, in operations per CPU second."""
    a, b = torch.randn(2, size, size)
    best = 0.0
    for _ in range(times):
        begun = process_time()
        torch.mm(a, b)
        best = max(best, 2 * size**3 / (process_time() - begun))
    return best


def measure(num: int, rounds: int, report: Callable[..., None]) -> None:
    """Time all in turns, and report ratios of each round."""
    num_particles = lengths(num)
    work, (infer_flops, train_flops) = Work(num_particles), useful(num_particles)
    seconds: dict[str, list[float]] = {}
    shares: dict[str, list[float]] = {"infer": [], "train": []}
    for index in range(rounds + 1):
        at_best = peak_rate()
        found = {}
        for name, step in (("train", work.train), ("infer", work.infer)):
            found[f"weaver {name}"] = step(work.weaver)
            found[name] = step(work.packed)
            found[f"bf16_{name}"] = step(work.packed, half=True)
        if not index:
            continue  # the first round warms up
        for name, value in found.items():
            seconds.setdefault(name, []).append(value)
        shares["infer"].append(infer_flops / found["infer"] / at_best)
        shares["train"].append(train_flops / found["train"] / at_best)
        print(f"round {index} of {rounds}: " + _rates(found, num), flush=True)
    for name in ("train", "infer"):
        theirs = seconds[f"weaver {name}"]
        for kind in (name, f"bf16_{name}"):
            ratios = [a / b for a, b in zip(theirs, seconds[kind], strict=True)]
            against = (
                f"{WEAVER} in single precision, batch {num}: {num / median(theirs):.0f} jets per "
                f"CPU second; ours {num / median(seconds[kind]):.0f}"
            )
            report(f"particle_transformer_{kind}_vs_weaver", ratios, against)
        against = f"products of 2048 x 2048 in single precision; batch {num}"
        report(f"gemm_share_{name}", shares[name], against)


def _rates(found: dict[str, float], num: int) -> str:
    return ", ".join(f"{name} {num / value:.0f}/s" for name, value in found.items())


def memory(num: int, rounds: int, report: Callable[..., None]) -> None:
    """Compare the peaks of processes that do nothing but train, two steps each.

    A process inherits its parent's peak: it must be asked before anything else is measured.
    """
    ratios, peaks = [], []
    for _ in range(rounds):
        ours, theirs = (
            float(
                subprocess.run(
                    [sys.executable, __file__, f"--memory={name}", f"--batch={num}"],
                    check=True,
                    stdout=subprocess.PIPE,
                    text=True,
                ).stdout
            )
            for name in ("packed", "weaver")
        )
        ratios.append(ours / theirs)
        peaks.append((ours, theirs))
    ours, theirs = (median(column) for column in zip(*peaks, strict=True))
    against = f"{WEAVER}, padded, batch {num}: {theirs:.0f} MiB with all it loads; ours {ours:.0f}"
    report("peak_memory_vs_padded", ratios, against)


def peak(name: str, num: int) -> float:
    """Train two steps, and give the process's peak in MiB."""
    work = Work(lengths(num))
    for _ in range(2):
        work.train(getattr(work, name))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def cost(sizes: Sequence[int], batches: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Time jets of one size, and batches of realistic jets."""
    cases = [("particles", size, [size] * 32) for size in sizes]
    cases += [("events", num, lengths(num)) for num in batches]
    rows = []
    for axis, value, num_particles in cases:
        work = Work(num_particles)
        for kind, step in (("train", work.train), ("infer", work.infer)):
            times: dict[str, list[float]] = {"weaver": [], "packed": [], "packed bf16": []}
            for _ in range(rounds + 1):
                times["weaver"].append(step(work.weaver))
                times["packed"].append(step(work.packed))
                times["packed bf16"].append(step(work.packed, half=True))
            for name, found in times.items():
                each = 1e3 * median(found[1:]) / len(num_particles)
                row = {"axis": axis, "value": value, "what": kind, "network": name}
                rows.append(row | {"ms_per_event": float(f"{each:.4g}")})
    return rows


def draw(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the cost against particles and against events."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    labels = ("particles in every jet (32 jets a batch)", "jets a batch (45 particles on average)")
    colours = {"weaver": "tab:gray", "packed": "tab:blue", "packed bf16": "tab:orange"}
    for panel, axis, label in zip(panels, ("particles", "events"), labels, strict=True):
        for network, colour in colours.items():
            for kind, style in (("train", "o-"), ("infer", "o--")):
                chosen = [
                    row
                    for row in rows
                    if (row["axis"], row["network"], row["what"]) == (axis, network, kind)
                ]
                values, each = zip(*((r["value"], r["ms_per_event"]) for r in chosen), strict=True)
                text = f"{network}, {'training step' if kind == 'train' else 'prediction'}"
                panel.plot(values, each, style, color=colour, label=text, markersize=4)
        panel.set(xscale="log", yscale="log", xlabel=label)
        panel.grid(visible=True, which="major", alpha=0.3)
    panels[0].set_ylabel("CPU time per jet [ms], one thread")
    panels[1].legend(fontsize="small")
    figure.savefig(path, dpi=150)


def main() -> None:
    """Measure and write, or with --quick only print."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="small, and nothing is written")
    parser.add_argument("--memory", choices=("packed", "weaver"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.memory:
        print(peak(arguments.memory, arguments.batch))
        return
    num, rounds = (32, 2) if arguments.quick else (arguments.batch, arguments.rounds)

    def report(name: str, values: Sequence[float], against: str) -> None:
        figures = median(values), min(values), max(values)
        print(f"{name}: {figures[0]:.3g} ({figures[1]:.3g} - {figures[2]:.3g}), {GOALS[name]}")
        if not arguments.quick:
            write_row("backbones", name, *figures, "1", against, COMMAND)

    memory(num, min(rounds, 3), report)
    demand_agreement()
    measure(num, rounds, report)
    if not arguments.quick:
        rows = cost((10, 20, 40, 80, 128), (1, 4, 16, 64, 256), 3)
        COST.parent.mkdir(exist_ok=True)
        COST.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
        draw(rows, PICTURE)


if __name__ == "__main__":
    main()
