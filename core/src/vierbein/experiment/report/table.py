"""The report as a table on a terminal: the same numbers as in report.html."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from vierbein.experiment.compare.comparison import TRANSFER, TWIN
from vierbein.experiment.report.answer import DomainAnswer, answers, metric_of
from vierbein.experiment.report.trust import NOT_ASKED, Light, lights
from vierbein.experiment.report.wording import number, plus_minus

_COLOURS = {
    "helpful": "green",
    "pass": "green",
    "PASS": "green",
    "negative": "bold red",
    "fail": "bold red",
    "FAIL": "bold red",
    "undecided": "yellow",
    "warn": "yellow",
}


def render(report: Mapping[str, Any], unasked: Mapping[str, str] | None = None) -> RenderableType:
    """Show a report on a terminal of 100 columns.

    Parameters
    ----------
    report
        As `collect` gave it, or as it is read back.
    unasked
        Installed safeguards that the run did not choose, and what each does.

    Returns
    -------
    RenderableType
        What `rich.console.Console.print` takes.
    """
    said = answers(report)
    shown: list[RenderableType] = [_table(report, said)] if said else []
    return Group(*shown, _lights(lights(report, unasked=unasked)), *_lines(report, said))


def _lights(found: list[Light]) -> Text:
    line = Text("safeguards")
    for light in found:
        lamp = "\u25cb" if light.answer == NOT_ASKED else "\u25cf"  # hollow or full
        line.append(f"  {lamp} ", _COLOURS.get(light.answer, "dim"))
        line.append(f"{light.name} {light.answer}".removesuffix(f" {NOT_ASKED}"))
    return line.append("  none is installed" if not found else "")


def _table(report: Mapping[str, Any], said: list[DomainAnswer]) -> Table:
    metric = metric_of(report)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for title in ("domain", "events", metric, "twin", "difference"):
        is_number = title != "domain"
        table.add_column(title, justify="right" if is_number else "left", no_wrap=True)
    table.add_column("transfer", no_wrap=True)
    table.add_column("label efficiency")
    for domain in said:
        if domain.worth:
            value = report["comparison"][domain.domain]["zero_shot"]["metric"]
            worth = f"worth {domain.worth} events"
            _row(table, domain.domain, "zero-shot", _value(value), "", "", "", worth)
        for at in domain.sizes:
            row = [_value(at.metrics.get(name)) for name in (TRANSFER, TWIN)]
            judged = _judged(at.against.get(TWIN))
            _row(table, domain.domain, f"{at.size:,}", *row, *judged, at.efficiency)
        if len(domain.sizes) > 1:
            pooled = _judged(domain.pooled.get(TWIN))
            _row(table, domain.domain, "mean", "", "", *pooled, "")
        table.add_section()
    return table


def _value(metric: Mapping[str, Any] | None) -> str:
    if metric is None:
        return "-"
    return number(metric["value"], (metric["high"] - metric["low"]) / 2)


def _judged(said: Mapping[str, Any] | None) -> tuple[str, str]:
    return ("-", "-") if said is None else (plus_minus(said["difference"]), said["outcome"])


def _row(table: Table, *words: str) -> None:
    # Text, since brackets in a string would be read as markup.
    table.add_row(*(_coloured(word) for word in words))


def _coloured(word: str) -> Text:
    return Text(word, _COLOURS.get(word, ""))


def _lines(report: Mapping[str, Any], said: list[DomainAnswer]) -> Iterator[RenderableType]:
    for domain in said:
        yield Text.assemble((domain.domain, "bold"), ": ", domain.advice)
    for ruling in (ruling for light in lights(report) for ruling in light.rulings):
        sentence = ruling.verdict["sentence"]
        yield Text.assemble("safeguard ", _coloured(ruling.answer), ": ", sentence)
        if ruling.verdict.get("advice") and ruling.advice:
            yield Text.assemble("  next: ", ruling.advice)
    for name, backend in report["hardware"].items():
        for level, found in backend["levels"].items():
            if found["status"] != "SKIP":
                yield Text.assemble(f"hardware {name}, {level}: ", _coloured(found["status"]))
        if backend["problems"]:
            yield Text.assemble(
                f"hardware {name}: ", ("not lowered", "yellow"), ": ", backend["problems"][0]
            )
    if parts := report["outcome"]["negative_parts"]:
        yield Text.assemble(("worse than the twin", "bold red"), f": {'; '.join(parts)}")
