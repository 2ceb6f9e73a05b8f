"""Rows of measured figures: benchmarks/results/<topic>.json, one row a name."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def write_row(
    topic: str,
    name: str,
    value: float,
    low: float,
    high: float,
    unit: str,
    against: str,
    command: str,
) -> dict[str, Any]:
    """Write a measured figure, in place of the row of that name.

    Parameters
    ----------
    topic
        The file that it stands in.
    name
        The row's name.
    value
        The figure; four digits of it are kept.
    low
        Where its interval begins, or the smallest measured.
    high
        Where its interval ends, or the largest measured.
    unit
        Of all three; "1" for a ratio or a count.
    against
        What it was compared with; "" for a figure that stands alone.
    command
        What measured it, from the repository's root.

    Returns
    -------
    dict[str, Any]
        The row as written.
    """
    figures = {"value": value, "low": low, "high": high}
    rounded = {key: float(f"{figure:.4g}") for key, figure in figures.items()}
    today = datetime.now(UTC).date().isoformat()
    row = {"name": name, **rounded, "unit": unit, "against": against}
    row |= {"command": command, "date": today}
    file = RESULTS / f"{topic}.json"
    rows = json.loads(file.read_text("utf-8")) if file.exists() else []
    kept = [other for other in rows if other["name"] != name]
    RESULTS.mkdir(exist_ok=True)
    draft = file.with_suffix(".json.new")
    draft.write_text(
        json.dumps(sorted([*kept, row], key=lambda other: str(other["name"])), indent=2) + "\n",
        "utf-8",
    )
    draft.replace(file)
    return row
