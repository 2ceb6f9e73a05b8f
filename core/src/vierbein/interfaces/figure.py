"""A measured figure and a picture, as plain data that a report can draw."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """One number with its interval.

    Parameters
    ----------
    name
        What it is.
    value
        The number.
    low
        Lower end of its interval.
    high
        Upper end of its interval.
    unit
        Its unit; "1" for a pure number.
    provenance
        Where a hardware figure comes from: estimate, simulated, synthesised, implemented, measured.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str = "1"
    provenance: str = "measured"

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Line:
    """One curve of a picture.

    Parameters
    ----------
    label
        What it shows.
    x
        Abscissae; for steps the bin edges, one more than there are contents.
    y
        Ordinates.
    low
        Lower end of the band or of the error bars, if there is one.
    high
        Its upper end.
    style
        A curve, points with bars, a histogram's steps, or a level across the whole picture.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    style: Literal["curve", "points", "steps", "level"] = "curve"


@dataclass(frozen=True)
class Picture:
    """A plot as data: axes with units and the lines in them.

    Parameters
    ----------
    title
        What it shows.
    x_label
        What runs along x, with its unit.
    y_label
        What runs along y, with its unit.
    lines
        The curves.
    x_log
        Whether x is logarithmic.
    y_log
        Whether y is logarithmic.
    x_names
        What stands at x = 0, 1, 2, ... where that is no number; drawn downwards, to be legible.
    """

    title: str
    x_label: str
    y_label: str
    lines: Sequence[Line]
    x_log: bool = False
    y_log: bool = False
    x_names: Sequence[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Picture":
        """Read what `to_json` wrote."""
        return cls(**{**data, "lines": [Line(**line) for line in data["lines"]]})
