"""Plant a base that is blind to what it was not pretrained on; rotation must see it."""

from argparse import ArgumentParser
from collections.abc import Callable

import numpy as np
import torch
from rich.progress import track
from scipy import stats
from torch import Tensor, nn

from rows import write_row
from vierbein_safeguards.bank import Plan, Seen, inject
from vierbein_safeguards.blind_spots import LEVEL, BlindSpots
from vierbein_safeguards.search import Search
from vierbein_safeguards.sensitivity import Toys

COMMAND = "python benchmarks/rotation.py"
COLUMNS, WIDTH, BASES = 8, 6, 4
PLAN = Plan(sample_size=1000, num_toys=5000, num_injections=200, false_alarm=0.01)
Draw = Callable[[int, torch.Generator], tuple[Tensor, Tensor]]


def source(base: int) -> Draw:
    """Pretrain on three processes that differ in two columns, which are each base's own."""

    def draw(num: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        kind = torch.randint(0, 3, (num,), generator=rng)
        columns = torch.randn(num, COLUMNS, generator=rng)
        columns[:, 2 * base] += 3 * torch.cos(2 * torch.pi * kind / 3)
        columns[:, 2 * base + 1] += 3 * torch.sin(2 * torch.pi * kind / 3)
        return columns, kind

    return draw


def target(num: int, rng: torch.Generator) -> tuple[Tensor, Tensor]:
    """Draw the known task: two classes that differ in two columns."""
    kind = torch.randint(0, 2, (num,), generator=rng)
    columns = torch.randn(num, COLUMNS, generator=rng)
    columns[:, 2] += 1.5 * (2 * kind - 1)
    columns[:, 0] += 0.5 * (2 * kind - 1)
    return columns, kind


def signals(rng: torch.Generator) -> dict[str, Tensor]:
    """Draw target events that are shifted by two standard deviations in one column each."""
    found = {}
    for number in range(COLUMNS):
        columns, _ = target(4000, rng)
        columns[:, number] += 2.0
        found[f"x{number}"] = columns
    return found


def train(
    backbone: nn.Module,
    head: nn.Module,
    events: tuple[Tensor, Tensor],
    steps: int,
    rate: float,
    rng: torch.Generator,
) -> None:
    """Train backbone and head on labelled events."""
    columns, kind = events
    parameters = [*backbone.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, rate, weight_decay=1e-4)
    for _ in range(steps):
        at = torch.randint(0, len(columns), (min(256, len(columns)),), generator=rng)
        optimiser.zero_grad()
        nn.functional.cross_entropy(head(backbone(columns[at])), kind[at]).backward()
        optimiser.step()


def backbone() -> nn.Module:
    """Make a backbone of three layers."""
    inner = [nn.Linear(COLUMNS, 48), nn.ReLU(), nn.Linear(48, 48), nn.ReLU()]
    return nn.Sequential(*inner, nn.Linear(48, WIDTH))


def tuned(base: int | None, events: tuple[Tensor, Tensor], rng: torch.Generator) -> nn.Module:
    """Tune a base, or train a twin from scratch, on the labelled target events."""
    made = backbone()
    if base is not None:
        train(made, nn.Linear(WIDTH, 3), source(base)(20_000, rng), 1200, 3e-3, rng)
    train(made, nn.Linear(WIDTH, 2), events, 400, 1e-3, rng)
    return made


def hunts(seed: int) -> tuple[dict[str, dict[str, Toys]], int, int]:
    """Train one seed's networks; search with the blind base, with all bases, and with the twin."""
    rng = torch.Generator().manual_seed(100 + seed)
    torch.manual_seed(seed)
    events = target(300, rng)
    networks = [tuned(base, events, rng) for base in (*range(BASES), None)]
    background, bank = target(8000, rng)[0], signals(rng)
    with torch.no_grad():
        seen = [
            Seen(
                network(background).double().numpy(),
                {name: network(columns).double().numpy() for name, columns in bank.items()},
            )
            for network in networks
        ]
    looks = {"single": seen[:1], "rotation": seen[:BASES], "twin": seen[BASES:]}
    found = {
        name: inject(look, PLAN, 10 * seed + number)
        for number, (name, look) in enumerate(looks.items())
    }
    several = [each.background for each in looks["rotation"]]
    search = Search(several, PLAN.sample_size, PLAN.num_toys, 10 * seed + 5)
    boxes = search.empty(2000, seed)
    return found, int((boxes > np.quantile(search.null, 1 - PLAN.false_alarm)).sum()), len(boxes)


def main() -> None:
    """Measure the worst ratio of the blind base alone and of the rotation, and the null rate."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=15)
    num = parser.parse_args().seeds
    torch.set_num_threads(1)
    found, alarms, boxes = zip(*(hunts(seed) for seed in track(range(num))), strict=True)
    rng = np.random.default_rng(0)
    twin = [each["twin"] for each in found]
    for row, name in (("rotation_single_worst", "single"), ("rotation_worst", "rotation")):
        ours = [each[name] for each in found]
        ratios = BlindSpots.between(ours, twin, PLAN.false_alarm, rng).ratios
        worst = max(ratios, key=lambda signal: ratios[signal].logs.mean())
        ratio = ratios[worst].mean(LEVEL)
        against = f"{worst}, largest of {len(ratios)} signals, s50 over the twin's; {num} seeds"
        write_row("safeguards", row, ratio.value, ratio.low, ratio.high, "1", against, COMMAND)
        print(f"{row}: {ratio.value:.3f} [{ratio.low:.3f}, {ratio.high:.3f}] {against}")
    low, high = stats.binomtest(sum(alarms), sum(boxes)).proportion_ci(0.95)
    rate = sum(alarms) / sum(boxes)
    against = f"nominal {PLAN.false_alarm}; loudest of {BASES} bases, {sum(boxes)} empty boxes"
    write_row("safeguards", "rotation_null_rate", rate, low, high, "1", against, COMMAND)
    print(f"rotation_null_rate: {rate:.4f} [{low:.4f}, {high:.4f}] {against}")


if __name__ == "__main__":
    main()
