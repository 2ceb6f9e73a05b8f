"""Draw a picture: plain data in, a matplotlib figure out; no setting of matplotlib's is changed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

import matplotlib as mpl
import mplhep
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from vierbein.experiment.compare.pictures import TITLES
from vierbein.interfaces.figure import Line, Picture

_OURS = {
    "font.family": ["TeX Gyre Heros", "DejaVu Sans"],  # shipped by mplhep and by matplotlib
    "font.size": 12,
    "axes.titlesize": "medium",
    "axes.titlelocation": "left",
    "axes.labelsize": "medium",
    "axes.labelpad": 5,
    "axes.autolimit_mode": "data",
    "axes.xmargin": 0.03,
    "axes.ymargin": 0.06,
    "axes.unicode_minus": True,
    "axes.formatter.limits": (-4, 5),
    "xtick.labelsize": "small",
    "ytick.labelsize": "small",
    "ytick.major.size": 6,
    "ytick.minor.size": 3,
    "lines.linewidth": 1.8,
    "lines.markersize": 6,
    "legend.fontsize": "small",
    "legend.handlelength": 2.4,
    "legend.borderpad": 0.2,
    "axes.formatter.use_mathtext": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "vierbein",
}
_HEIGHT, _WIDTH = 4.4, 6.0
_PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c564b")
"""Okabe and Ito's colours, which the colour-blind can tell apart, without the yellow; and brown."""
_ARMS = ("fine_tuned", "twin_equal_steps", "zero_shot", "twin_equal_flops", "smaller_twin")
_MARKERS = "osD^vPX*"
_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (3, 1)), (0, (1, 1)), (0, (8, 2)))
_REFERENCE = "#555555"
_MANY_TICKS = 8
_LONG = 34
_FAR = (-3, 4)
_NARROW = 40
_LABELLED = (2, 5)


class _Look(NamedTuple):
    colour: str
    marker: str
    dashes: Any
    shift: float


@contextmanager
def style() -> Iterator[None]:
    """Draw like a publication of the field while the context lasts."""
    settings: dict[Any, Any] = {**mplhep.style.ATLAS, **_OURS}
    with mpl.rc_context(settings):
        yield


def draw(picture: Picture) -> Figure:
    """Draw a picture.

    Parameters
    ----------
    picture
        Its axes and lines.

    Returns
    -------
    Figure
        On an Agg canvas; an arm has the same colour, marker and dashes in every picture.
    """
    with style():
        height = max(_HEIGHT, 1.6 + 0.27 * len(picture.x_names))
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        axes.set_title(picture.title)
        logs = (picture.x_log, picture.y_log)
        across, up = logs[::-1] if picture.x_names else logs
        axes.set_xscale("log" if across else "linear")
        axes.set_yscale("log" if up else "linear")
        for line, look in zip(picture.lines, _looks(picture), strict=True):
            _line(axes, picture, line, look)
        if picture.x_names:
            _names(axes, picture)
        else:
            axes.set(xlabel=picture.x_label, ylabel=picture.y_label)
            _limits(axes, picture)
        _legend(figure, axes, picture)
        figure.draw_without_rendering()  # ticks are made here, and so in this style
    return figure


def svg(picture: Picture) -> bytes:
    """Draw a picture as SVG; equal pictures give equal bytes."""
    figure, file = draw(picture), BytesIO()
    with style():
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return file.getvalue()


def _arm_order(name: str) -> int:
    return _ARMS.index(name) if name in _ARMS else len(_ARMS)


def _looks(picture: Picture) -> list[_Look]:
    """Give each line its look: arms keep theirs in all pictures, other lines take what is left."""
    arms = {TITLES[name]: at for at, name in enumerate(sorted(TITLES, key=_arm_order))}
    at: dict[int, int] = {}
    for index, line in enumerate(picture.lines):
        known = [title for title in arms if line.label.startswith(title)]
        if known:
            at[index] = arms[max(known, key=len)]
    free = [n for n in range(len(picture.lines) + len(_PALETTE)) if n not in at.values()]
    points = [index for index, line in enumerate(picture.lines) if line.style == "points"]
    looks = []
    for index, line in enumerate(picture.lines):
        shift = points.index(index) - (len(points) - 1) / 2 if index in points else 0.0
        if line.style == "level" and line.low is None:
            looks.append(_Look(_REFERENCE, "", "--", 0.0))
            continue
        slot = (at[index] if index in at else free.pop(0)) % len(_PALETTE)
        looks.append(_Look(_PALETTE[slot], _MARKERS[slot], _DASHES[slot], shift))
    return looks


def _line(axes: Axes, picture: Picture, line: Line, look: _Look) -> None:
    x, y = np.array(line.x, float), _positive(line.y, is_log=picture.y_log)
    low = y if line.low is None else _positive(line.low, is_log=picture.y_log)
    high = y if line.high is None else _positive(line.high, is_log=picture.y_log)
    colour: dict[str, Any] = {"color": look.colour, "label": line.label}
    band: dict[str, Any] = {"color": look.colour, "alpha": 0.18, "linewidth": 0}
    if line.style == "level":
        across, span = (
            (axes.axvline, axes.axvspan) if picture.x_names else (axes.axhline, axes.axhspan)
        )
        across(y[0], linestyle=look.dashes, linewidth=1.4, **colour)
        if line.low is not None:
            span(low[0], high[0], **band)
    elif line.style == "steps":
        axes.stairs(y, x, linestyle=look.dashes, linewidth=1.8, **colour)
        if line.low is not None:
            axes.stairs(high, x, baseline=low, fill=True, **band)
    elif line.style == "points":
        _points(axes, picture, (_shifted(picture, x, look.shift), y, low, high), look, colour)
    else:
        axes.plot(x, y, linestyle=look.dashes, **colour)
        if line.low is not None:
            axes.fill_between(x, low, high, **band)


def _points(
    axes: Axes,
    picture: Picture,
    at: tuple[NDArray[np.float64], ...],
    look: _Look,
    colour: dict[str, Any],
) -> None:
    x, y, low, high = at
    bars = np.abs(np.stack([y - low, high - y]))
    shape: dict[str, Any] = {"marker": look.marker, "capsize": 2.5, "elinewidth": 1.3, **colour}
    if picture.x_names:
        axes.errorbar(y, x, xerr=bars, linestyle="", **shape)
        return
    is_one = sum(line.style == "points" for line in picture.lines) == 1
    dashes = "" if is_one else look.dashes
    axes.errorbar(x, y, yerr=bars, linestyle=dashes, linewidth=1.0, **shape)


def _shifted(picture: Picture, x: NDArray[np.float64], shift: float) -> NDArray[np.float64]:
    """Move points of several lines a little apart, so that their bars can be told apart."""
    if picture.x_names:
        return x + 0.15 * shift
    places = [float(at) for line in picture.lines if line.style == "points" for at in line.x]
    if len(set(places)) == len(places):  # none stands above another
        return x
    every = np.concatenate([np.asarray(line.x, float) for line in picture.lines])
    if not len(every):
        return x
    if picture.x_log:
        factor: float = (every.max() / every.min()) ** (0.012 * shift)
        return x * factor
    return x + 0.012 * shift * float(every.max() - every.min())


def _positive(values: Sequence[float], *, is_log: bool) -> NDArray[np.float64]:
    array: NDArray[np.float64] = np.array(values, float)
    if is_log:
        array[array <= 0] = np.nan
    return array


def _names(axes: Axes, picture: Picture) -> None:
    """List names downwards, where they are legible; the axes change their places."""
    axes.set(xlabel=picture.y_label, ylabel=picture.x_label)
    axes.set_yticks(range(len(picture.x_names)), picture.x_names)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(picture.x_names) - 0.4, -0.6)
    if picture.y_log:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value)))
        axes.xaxis.set_minor_formatter(FuncFormatter(partial(_between, axes.xaxis)))
    else:
        axes.axvline(0, color=_REFERENCE, linewidth=0.6)


def _legend(figure: Figure, axes: Axes, picture: Picture) -> None:
    handles, labels = axes.get_legend_handles_labels()
    order = [line.label for line in picture.lines]
    pairs = sorted(zip(handles, labels, strict=True), key=lambda pair: order.index(pair[1]))
    columns = 1 if max(map(len, order), default=0) > _LONG else 2
    figure.legend(*zip(*pairs, strict=True), loc="outside lower center", ncols=columns)


def _plain(value: float) -> str:
    """Write 0.01, 1 and 1,000; powers of ten only far from one."""
    power = round(np.log10(value)) if value > 0 else 0
    if _FAR[0] <= power <= _FAR[1] or not np.isclose(value, 10.0**power):
        return f"{value:,g}"
    return f"10{str(power).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def _between(axis: Axis, value: float, _: int) -> str:
    """Label 2 and 5, 20 and 50 where there would be no more than one label."""
    low, high = axis.get_view_interval()
    digit = round(value / 10 ** np.floor(np.log10(value)))
    return _plain(value) if high < _NARROW * low and digit in _LABELLED else ""


def _limits(axes: Axes, picture: Picture) -> None:
    for axis, is_log in ((axes.xaxis, picture.x_log), (axes.yaxis, picture.y_log)):
        if is_log:
            axis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value)))
            axis.set_minor_formatter(FuncFormatter(partial(_between, axis)))
    if picture.y_log:
        every = [np.asarray(line.y, float) for line in picture.lines]
        positive = np.concatenate([values[values > 0] for values in every] or [np.ones(1)])
        if len(positive):
            axes.set_ylim(positive.min() / 1.6, positive.max() * 1.6)
    at = sorted({float(x) for line in picture.lines if line.style == "points" for x in line.x})
    if picture.x_log and 0 < len(at) <= _MANY_TICKS:
        axes.xaxis.set_major_locator(FixedLocator(at))
        axes.xaxis.set_minor_locator(NullLocator())
