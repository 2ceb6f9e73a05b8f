"""The answer, domain by domain: did transfer help, by how much, and what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vierbein.experiment.compare.comparison import TRANSFER, TWIN, ZERO_SHOT
from vierbein.experiment.compare.pictures import TITLES
from vierbein.experiment.compare.verdict import Outcome
from vierbein.experiment.report.wording import bounded, interval, listed, number, several

_WORDS = {
    Outcome.HELPFUL: "Transfer helps: fine-tuned, the {metric} is {size} higher than the twin's, "
    "beyond the margin of {margin}.",
    Outcome.NEUTRAL: "Transfer makes no difference that matters: the {metric} differs from the "
    "twin's by {size}, within the margin of {margin}.",
    Outcome.NEGATIVE: "Transfer hurts: fine-tuned, the {metric} is {size} lower than the twin's, "
    "beyond the margin of {margin}.",
    Outcome.UNDECIDED: "Undecided: the {metric} differs from the twin's by {size}, an interval "
    "neither beyond nor within the margin of {margin}. It takes more seeds or test events.",
}
_NO_TWIN = "No verdict: there is no twin at equal steps, from scratch, to hold transfer against."


@dataclass(frozen=True)
class SizeAnswer:
    """What one number of labelled target events gives, in words.

    Parameters
    ----------
    size
        Labelled target events.
    metrics
        By arm: the metric with its interval, as numbers.
    against
        By arm: the fine-tuned network's difference to it, as numbers, and the outcome.
    tuner
        Which tuner the validation events chose, seed by seed.
    efficiency
        How many times fewer target events give the same metric.
    parity
        Steps until the fine-tuned network is as good as its twin ever gets.
    """

    size: int
    metrics: Mapping[str, Mapping[str, Any]]
    against: Mapping[str, Mapping[str, Any]]
    tuner: str
    efficiency: str
    parity: str


@dataclass(frozen=True)
class DomainAnswer:
    """What a comparison says of one target domain, in words.

    Parameters
    ----------
    domain
        The target domain.
    outcome
        Of transfer against the twin, over all sizes.
    sentence
        The outcome with its figures.
    advice
        What to do.
    recommended
        Title of the arm to use.
    worth
        How many labelled target events the zero-shot network is worth; empty if there is none.
    pooled
        By arm: the fine-tuned network's difference to it, mean over all sizes, and the outcome.
    sizes
        Size by size.
    """

    domain: str
    outcome: str
    sentence: str
    advice: str
    recommended: str
    worth: str
    pooled: Mapping[str, Mapping[str, Any]]
    sizes: Sequence[SizeAnswer]


def answers(report: Mapping[str, Any]) -> list[DomainAnswer]:
    """Put every domain's comparison into words."""
    margin = number(float(report["configuration"]["compare"]["margin"]))
    return [_answer(name, said, margin) for name, said in report["comparison"].items()]


def arms_of(at: Mapping[str, Any]) -> list[str]:
    """Give the arms in the order of all tables: transfer first, then what it is held against."""
    order = [ZERO_SHOT, TRANSFER, *TITLES]
    return sorted(at, key=lambda name: (order.index(name) if name in order else len(order), name))


def sizes_of(said: Mapping[str, Any]) -> list[tuple[int, Mapping[str, Any]]]:
    """Give the numbers of labelled events, rising; JSON has them as strings."""
    return sorted((int(size), at) for size, at in said["sizes"].items())


def metric_of(report: Mapping[str, Any]) -> str:
    """Name the figure that decides, which stands first among an arm's figures."""
    for said in report["comparison"].values():
        for _, at in sizes_of(said):
            for found in at["arms"].values():
                return str(found["figures"][0]["name"])
    return "metric"


def _answer(domain: str, said: Mapping[str, Any], margin: str) -> DomainAnswer:
    sizes = sizes_of(said)
    metric = metric_of({"comparison": {domain: said}})
    sentence = _NO_TWIN
    if twin := said["pooled"].get(TWIN):
        sentence = _sentence(Outcome(said["transfer"]), twin["difference"], metric, margin)
        if len(sizes) > 1:
            sentence += f" Mean over {listed([f'{n:,}' for n, _ in sizes])} labelled events."
    worth = (said["zero_shot"] or {}).get("worth")
    return DomainAnswer(
        domain,
        said["transfer"],
        sentence,
        said["advice"],
        TITLES.get(said["recommended"], said["recommended"]),
        bounded(worth, sizes[0][0]) if worth else "",
        {name: said["pooled"][name] for name in arms_of(said["pooled"])},
        [_size(size, at, sizes[0][0]) for size, at in sizes],
    )


def _sentence(outcome: Outcome, difference: Mapping[str, Any], metric: str, margin: str) -> str:
    is_signed = outcome in (Outcome.NEUTRAL, Outcome.UNDECIDED)
    if outcome == Outcome.NEGATIVE:
        low, high = -difference["high"], -difference["low"]
        difference = {"value": -difference["value"], "low": low, "high": high}
    size = interval(difference, is_signed=is_signed)
    return _WORDS[outcome].format(metric=metric, size=size, margin=margin)


def _size(size: int, at: Mapping[str, Any], smallest: int) -> SizeAnswer:
    efficiency, parity = at["label_efficiency"], at["time_to_parity"]
    return SizeAnswer(
        size,
        {name: at["arms"][name]["metric"] for name in arms_of(at["arms"])},
        {name: at["against"][name] for name in arms_of(at["against"])},
        several(at["tuners"]),
        bounded(efficiency, smallest / size) if efficiency else "",
        f"{several(parity['steps'])} (twin {several(parity['twin_steps'])})" if parity else "",
    )
