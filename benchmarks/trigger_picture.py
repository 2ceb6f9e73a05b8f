"""Draw accuracy against LUTs: our students of the trigger's jets, and published networks beside.

python benchmarks/trigger_picture.py FILE draws the points that benchmarks/trigger.py has stored.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
PUBLISHED = HERE / "trigger_published.json"
PICTURE = HERE.parent / "docs/images/trigger_pareto.png"
MARKERS = {8: "o", 16: "s", 32: "^"}
"""By number of particles."""
COLOURS = {"ours": "C0", "reference": "C3"}
NAMES = {"ours": "vierbein, distilled", "reference": "JEDI-linear, trained by us"}


def draw(points: Sequence[Mapping[str, Any]], picture: Path = PICTURE) -> None:
    """Draw all points with their intervals and latencies.

    Parameters
    ----------
    points
        Of our students: network, side, num_particles, accuracy (value, low, high), LUT, latency_ns.
    picture
        The PNG to write.
    """
    figure, axes = plt.subplots(figsize=(8, 5))
    for row in json.loads(PUBLISHED.read_text("utf-8"))["rows"]:
        is_sorted = "ordered" in row["network"]
        colour = "0.6" if is_sorted else "0.35"
        axes.plot(row["LUT"], row["accuracy"], MARKERS[row["num_particles"]], c=colour, mfc="none")
        _label(axes, row["LUT"], row["accuracy"], row["latency_ns"], colour)
    for point in points:
        accuracy, colour = point["accuracy"], COLOURS[point["side"]]
        value = accuracy["value"]
        ends = [[value - accuracy["low"]], [accuracy["high"] - value]]
        marker = MARKERS[point["num_particles"]]
        axes.errorbar(point["LUT"], value, ends, fmt=marker, c=colour, capsize=3)
        _label(axes, point["LUT"], value, point["latency_ns"], colour)
    _legend(axes, points)
    axes.set_xscale("log")
    axes.margins(x=0.12, y=0.1)  # room for the last labels
    axes.set_xlabel("LUT (ours: alkaid's estimate; published: after place and route)")
    axes.set_ylabel("accuracy over five classes of jets")
    axes.set_title("Numbers at the points are latencies. Grey: other jets than ours.", fontsize=9)
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def _label(axes: Any, luts: float, accuracy: float, latency: float, colour: str) -> None:
    axes.annotate(
        f"{latency:.0f} ns",
        (luts, accuracy),
        xytext=(6, 4),
        textcoords="offset points",
        fontsize=7,
        color=colour,
    )


def _legend(axes: Any, points: Sequence[Mapping[str, Any]]) -> None:
    entries = [(NAMES[side], "o", COLOURS[side], COLOURS[side]) for side in COLOURS if points]
    entries += [
        ("JEDI-linear, published (other data)", "o", "0.35", "none"),
        ("the same, ordered by pT, published (other data)", "o", "0.6", "none"),
    ]
    entries += [(f"{num} particles", marker, "k", "none") for num, marker in MARKERS.items()]
    for name, marker, colour, face in entries:
        axes.plot([], [], marker, c=colour, mfc=face, label=name)
    axes.legend(fontsize=7, loc="best")


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text("utf-8")))
