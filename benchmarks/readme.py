"""Make README's table of figures from the rows that the benchmarks wrote."""

import json
from pathlib import Path

from rows import RESULTS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->"
MEANINGS = {
    "install_seconds": "installation of the quick start, from a fresh clone",
    "quickstart_seconds": "run of the quick start",
    "quickstart_peak_mib": "its peak memory",
    "label_efficiency": "times fewer labelled events for the same AUC",
    "verdict_seeds_agreeing": "seeds whose transfer verdicts agree",
    "rerun_identical": "a second run has the same report.json (1 = yes)",
    "cli_help_vs_python": "`vierbein --help` over a bare `python -c pass`",
    "plugins_list_vs_python": "`vierbein plugins list` over the same",
    "plugins_list_200_more_seconds": "`plugins list` with 200 more plugins: added",
    "compose_seconds": "composing a configuration",
    "batches_vs_weaver": "batches: events/s over weaver-core's loader",
    "padding_waste": "padded slots over real particles",
    "loop_overhead_vs_bare": "a step of the training loop over a bare torch loop",
}


def table() -> str:
    """Give the table: one line a row that has been measured."""
    rows = {row["name"]: row for row in json.loads((RESULTS / "main.json").read_text())}
    lines = ["| figure | value | low - high | against | command |", "|---|---|---|---|---|"]
    for name, meaning in MEANINGS.items():
        if row := rows.get(name):
            unit = "" if row["unit"] == "1" else f" {row['unit']}"
            span = f"{row['low']:g} - {row['high']:g}"
            value, command = f"{row['value']:g}{unit}", f"`{row['command']}`"
            cells = (meaning, value, span, row["against"], command)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def filled(text: str) -> str:
    """Put the table between README's marks."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    README.write_text(filled(README.read_text()))
