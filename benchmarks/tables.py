"""Fill the tables of README and of the documentation from what the benchmarks wrote."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from meanings import HIGHLIGHTS, MEANINGS
from rows import RESULTS
from vierbein.experiment.compare.pictures import TITLES
from vierbein.experiment.report.wording import bounded, interval

ROOT = Path(__file__).parent.parent
README, STUDY = ROOT / "README.md", ROOT / "docs" / "explanation" / "jets_study.md"
PRETRAINING = ROOT / "docs" / "explanation" / "pretraining.md"
SYMMETRY = ROOT / "docs" / "explanation" / "symmetry.md"
FIGURES = ROOT / "docs" / "reference" / "figures.md"
DISCOVERY = ROOT / "docs" / "explanation" / "discovery.md"
TUNERS = ROOT / "docs" / "plugins" / "tuners.md"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->"


def highlights() -> str:
    """Give README's table: a few rows of all."""
    meanings = {name: text for topic in MEANINGS.values() for name, text in topic.items()}
    return _table({name: meanings[name] for name in HIGHLIGHTS})


def figures() -> str:
    """Give the table of every topic."""
    return "\n".join(f"## {topic}\n\n{_table(each)}" for topic, each in MEANINGS.items())


def _table(meanings: Mapping[str, str]) -> str:
    """Give one line a row that has been measured."""
    rows = _rows()
    lines = [
        _line(["figure", "value", "low - high", "against", "command"]),
        "|---|---|---|---|---|",
    ]
    for name, meaning in meanings.items():
        if row := rows.get(name):
            unit = "" if row["unit"] == "1" else f" {row['unit']}"
            low, high = row["low"], row["high"]
            span = f"{low:g} - {high:g}" if low < high else ""
            value, command = f"{row['value']:g}{unit}", f"`{row['command']}`"
            lines.append(_line([meaning, value, span, row["against"], command]))
    return "\n".join(lines) + "\n"


def _rows() -> dict[str, dict[str, Any]]:
    """Give rows by name; by topic and name where an earlier topic has the same name."""
    files = sorted(RESULTS.glob("*.json"))
    rows: dict[str, dict[str, Any]] = {}
    for file in files:
        for row in json.loads(file.read_text()):
            is_taken = row["name"] in rows
            rows[f"{file.stem}/{row['name']}" if is_taken else row["name"]] = row
    return rows


def objectives() -> str:
    """Give the table of objectives: a base's AUC after fine-tuning, and its gain on a twin."""
    rows = _rows()
    found = {name: row for name, row in rows.items() if name.startswith("objective_")}
    sizes = sorted({int(name.rpartition("_")[2]) for name in found})
    names = ("none", "supervised", "masked_particles", "supervised_and_masked")
    columns = [text for size in sizes for text in (f"AUC, {size:,} jets", "gain")]
    lines = [_line(["pretrained on", *columns]), _line(["---"] * (1 + len(columns)))]
    for name in names:
        cells = []
        for size in sizes:
            gain = found.get(f"objective_{name}_gain_{size}")
            cells.append(interval(found[f"objective_{name}_auc_{size}"]))
            cells.append(interval(gain, is_signed=True) if gain else "")
        lines.append(_line([name, *cells]))
    return "\n".join(lines) + "\n" if found else ""


def depths() -> str:
    """Give the table of the depth sweep: the AUC by depth, target domain and labelled events."""
    rows = {name: row for name, row in _rows().items() if name.startswith("depth_")}
    keys = [name.split("_")[1:] for name in rows]
    columns = sorted({(domain, int(size)) for _, domain, size in keys})
    head = ["blocks that learn", *(f"{domain}, {size:,} events" for domain, size in columns)]
    lines = [_line(head), _line(["---"] * len(head))]
    for depth in sorted({int(depth) for depth, _, _ in keys}):
        found = (interval(rows[f"depth_{depth}_{domain}_{size}"]) for domain, size in columns)
        lines.append(_line([str(depth) if depth else "none: the base as it is", *found]))
    return "\n".join(lines) + "\n" if rows else ""


def study() -> str:
    """Give the study's tables: every arm at every size, and what the comparison said of it."""
    report = json.loads((RESULTS / "jets_study" / "report.json").read_text())
    return "\n".join(line for domain in report["comparison"] for line in _domain(report, domain))


def symmetry() -> str:
    """Give the symmetry study's table: AUC and gain at every number of jets."""
    said = json.loads((RESULTS / "symmetry_study" / "figures.json").read_text())
    sizes = list(next(iter(said.values())))
    lines = [_line(["network", *(f"{int(size):,} jets" for size in sizes)])]
    lines.append(_line(["---"] * (1 + len(sizes))))
    for name, row in said.items():
        is_gain = name.startswith("gain")
        figures = (interval(row[size], is_signed=is_gain) for size in sizes)
        lines.append(_line([f"**{name}**" if is_gain else name, *figures]))
    return "\n".join(lines) + "\n"


def discovery() -> str:
    """Give every verdict of the run with all safeguards: its answer, figure and threshold."""
    report = json.loads((RESULTS / "discovery" / "report.json").read_text())
    lines = [_line(["safeguard", "answer", "figure", "value", "threshold", "false alarms"])]
    lines.append(_line(["---"] * 6))
    for said in report["verdicts"]:
        figure = said["figure"]
        value = f"{figure['value']:.3g}"
        if figure["low"] < figure["high"]:
            value += f" [{figure['low']:.3g}, {figure['high']:.3g}]"
        limits = (f"{said['threshold']:.3g}", f"{said['false_alarm_rate']:.2g}")
        lines.append(
            _line([said["safeguard"], f"**{said['answer']}**", figure["name"], value, *limits])
        )
    return "\n".join(lines) + "\n"


def _domain(report: dict[str, Any], domain: str) -> Iterator[str]:
    said = report["comparison"][domain]
    sizes = sorted(said["sizes"], key=int)
    yield f"### {domain}\n"
    yield _line(["arm", *(f"{int(size):,} events" for size in sizes)])
    yield _line(["---"] * (1 + len(sizes)))
    for arm, title in TITLES.items():
        found = [said["sizes"][size]["arms"].get(arm) for size in sizes]
        if all(found):
            yield _line([title, *(interval(each["metric"]) for each in found)])
    yield _line(
        [
            "**fine-tuned minus twin**",
            *(
                f"{interval(at['difference'], is_signed=True)} {at['outcome']}"
                for at in (said["sizes"][size]["against"]["twin_equal_steps"] for size in sizes)
            ),
        ]
    )
    smallest = int(sizes[0])
    efficiencies = (
        bounded(said["sizes"][size]["label_efficiency"], smallest / int(size)) for size in sizes
    )
    yield _line(["**label efficiency**", *efficiencies])
    yield ""
    pooled = said["pooled"]["twin_equal_steps"]
    text = interval(pooled["difference"], is_signed=True)
    worth = bounded(said["zero_shot"]["worth"], smallest)
    yield f"Transfer over all sizes: {text}, **{pooled['outcome']}**. The base alone is worth"
    yield f"{worth} labelled events. Advice at {int(sizes[-1]):,}: {said['advice']}\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def filled(text: str, table: str) -> str:
    """Put a table between a page's marks."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table + END + rest.partition(END)[2]


def pages() -> dict[Path, str]:
    """Give every page as it should be."""
    tables = {
        README: highlights(),
        FIGURES: figures(),
        PRETRAINING: objectives(),
        SYMMETRY: symmetry(),
    }
    tables |= {TUNERS: depths()}
    tables |= {STUDY: study()} if STUDY.exists() else {}
    tables |= {DISCOVERY: discovery()} if DISCOVERY.exists() else {}
    return {page: filled(page.read_text(), table) for page, table in tables.items()}


if __name__ == "__main__":
    for page, text in pages().items():
        page.write_text(text)
