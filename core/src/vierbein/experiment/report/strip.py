"""A difference with its interval, drawn as a small strip beside its number."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

_WIDTH, _HEIGHT, _EDGE = 260, 18, 6
_FAR = 10
_SVG = Markup(
    '<svg class="strip {outcome}" viewBox="0 0 {width} {height}" role="img"'
    ' aria-label="interval against the margin">'
    '<rect class="margin" x="{margin}" y="0" width="{band}" height="{height}"/>'
    '<line class="zero" x1="{zero}" x2="{zero}" y1="0" y2="{height}"/>'
    '<line class="bar" x1="{low}" x2="{high}" y1="{middle}" y2="{middle}"/>'
    '<circle cx="{value}" cy="{middle}" r="4"/></svg>'
)


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
    # What is far wider than all else runs out of the picture, or it would shrink all else to dots.
    far = max(abs(d["value"]) for d in differences) + _FAR * margin
    low = max(min([-margin, *(d["low"] for d in differences)]), -far)
    high = min(max([margin, *(d["high"] for d in differences)]), far)
    scale = (_WIDTH - 2 * _EDGE) / ((high - low) or 1.0)

    def at(value: float) -> str:
        return f"{_EDGE + (value - low) * scale:.1f}"

    return _SVG.format(
        outcome=said["outcome"],
        width=_WIDTH,
        height=_HEIGHT,
        middle=_HEIGHT / 2,
        zero=at(0.0),
        margin=at(-margin),
        band=f"{2 * margin * scale:.1f}",
        **{end: at(said["difference"][end]) for end in ("low", "value", "high")},
    )
