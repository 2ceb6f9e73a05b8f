"""A difference with its interval, drawn as a small strip beside its number."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

_WIDTH, _HEIGHT, _EDGE = 260, 18, 6


def strip(said: Mapping[str, Any], among: Sequence[Mapping[str, Any]], margin: float) -> Markup:
    """Draw a difference against the margin.

    Parameters
    ----------
    said
        A difference and its outcome.
    among
        All differences that are drawn to one scale.
    margin
        Within which nothing matters; the shaded band.

    Returns
    -------
    Markup
        SVG: the band, zero, the interval as a bar, the value as a dot.
    """
    differences = [other["difference"] for other in among]
    low = min([-margin, *(d["low"] for d in differences)])
    high = max([margin, *(d["high"] for d in differences)])
    scale = (_WIDTH - 2 * _EDGE) / ((high - low) or 1.0)

    def at(value: float) -> str:
        return f"{_EDGE + (value - low) * scale:.1f}"

    middle, mine = _HEIGHT / 2, said["difference"]
    return Markup(
        f'<svg class="strip {said["outcome"]}" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"'
        f' aria-label="interval against the margin">'
        f'<rect class="margin" x="{at(-margin)}" y="0" width="{2 * margin * scale:.1f}"'
        f' height="{_HEIGHT}"/>'
        f'<line class="zero" x1="{at(0)}" x2="{at(0)}" y1="0" y2="{_HEIGHT}"/>'
        f'<line class="bar" x1="{at(mine["low"])}" x2="{at(mine["high"])}" y1="{middle}"'
        f' y2="{middle}"/>'
        f'<circle cx="{at(mine["value"])}" cy="{middle}" r="4"/></svg>'
    )
