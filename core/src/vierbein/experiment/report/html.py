"""The report as one page that a physicist reads: nothing in it is fetched from elsewhere."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from vierbein.experiment.report import wording
from vierbein.experiment.report.answer import answers, arms_of, metric_of, sizes_of
from vierbein.experiment.report.dataflow import dataflow_svg
from vierbein.experiment.report.strip import strip
from vierbein.experiment.report.trust import lights
from vierbein.interfaces.figure import Picture
from vierbein.storage.atomic import write_bytes


def write_html(
    path: Path,
    report: Mapping[str, Any],
    timings: Mapping[str, Any],
    unasked: Mapping[str, str] | None = None,
) -> None:
    """Write a report as a page; the same report, timings and others give the same bytes.

    Parameters
    ----------
    path
        Of the page.
    report
        As `collect` gave it, or as it is read back.
    timings
        ``seconds`` by stage, and by hardware backend its measured figures; they stand apart at the
        page's end and as the safeguards' cost, because they differ from run to run.
    unasked
        Installed safeguards that the run did not choose, and what each does.
    """
    said = json.loads(json.dumps(report, sort_keys=True))  # as it would be read back
    write_bytes(path, (page(said, timings, unasked) + "\n").encode())


def page(
    report: Mapping[str, Any],
    timings: Mapping[str, Any],
    unasked: Mapping[str, str] | None = None,
) -> str:
    """Give the page's text."""
    environment = Environment(
        loader=PackageLoader("vierbein.experiment.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "arm": wording.arm,
        "duration": wording.duration,
        "flops": wording.flops,
        "interval": lambda said: pretty(wording.interval(said)),
        "signed": lambda said: pretty(wording.interval(said, is_signed=True)),
        "number": lambda value: pretty(wording.number(float(value))),
        "several": wording.several,
        "pretty": pretty,
        "picture": _picture,
        "dataflow": dataflow_svg,
        "flat": lambda nested: list(flat(nested)),
        "arms": arms_of,
        "sizes": sizes_of,
        "differences": lambda said: [d for _, at in sizes_of(said) for d in at["against"].values()],
    }
    drawn = report["pictures"][: len(report["pictures"]) - _num_pictures(report["verdicts"])]
    return environment.get_template("report.html.j2").render(
        report=report,
        timings=timings,
        answers=answers(report),
        lights=lights(report, timings, unasked),
        unasked=unasked,
        metric=metric_of(report),
        margin=report["configuration"]["compare"]["margin"],
        level=report["configuration"]["compare"]["level"],
        pictures={domain: _of(domain, drawn) for domain in report["comparison"]},
        strip=strip,
        arm=wording.arm,
    )


def pretty(text: str) -> str:
    """Write true minus signs.

    Parameters
    ----------
    text
        With hyphens for minus signs.

    Returns
    -------
    str
        The same, hyphens inside words and ranges kept.

    Examples
    --------
    >>> pretty("-0.02 [-0.03, +0.01], twin-2")
    '\u22120.02 [\u22120.03, +0.01], twin-2'
    """
    return re.sub(r"(?<![\w.-])-(?=\d)", "\N{MINUS SIGN}", text)


def flat(nested: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Walk over nested plain data: dotted place and value."""
    if isinstance(nested, Mapping) and nested:
        for key, value in nested.items():
            yield from flat(value, f"{place}.{key}" if place else key)
    elif isinstance(nested, list) and any(isinstance(value, (Mapping, list)) for value in nested):
        for index, value in enumerate(nested):
            yield from flat(value, f"{place}.{index}")
    else:
        yield place, nested if isinstance(nested, str) else json.dumps(nested)


def _num_pictures(verdicts: Sequence[Mapping[str, Any]]) -> int:
    return sum(len(verdict["pictures"]) for verdict in verdicts)


def _of(domain: str, drawn: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [picture for picture in drawn if picture["title"].startswith(f"{domain}: ")]


def _picture(said: Mapping[str, Any]) -> Markup:
    from vierbein.experiment.report.draw import svg  # noqa: PLC0415 - matplotlib takes a second

    picture = Picture.from_json(said)
    lines = ", ".join(line.label for line in picture.lines)
    words = f"{picture.title}; {picture.y_label} by {picture.x_label}: {lines}"
    data = b64encode(svg(picture)).decode()
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(data, words)
