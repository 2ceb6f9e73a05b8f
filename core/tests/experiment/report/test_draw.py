from typing import Any

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure as Plot

from vierbein.experiment.report.draw import draw, svg
from vierbein.interfaces.figure import Line, Picture

METRIC = Picture(
    "atlas: AUC",
    "labelled target events",
    "AUC",
    [
        Line("fine-tuned", [100, 1000], [0.9, 0.93], [0.88, 0.92], [0.92, 0.94], "points"),
        Line("twin, equal steps", [100, 1000], [0.8, 0.9], [0.7, 0.8], [0.85, 0.92], "points"),
        Line("zero-shot", [100, 1000], [0.91, 0.91], [0.9, 0.9], [0.92, 0.92], "level"),
    ],
    x_log=True,
)
CURVES = Picture(
    "atlas: curves",
    "top efficiency",
    "background efficiency",
    [
        Line("zero-shot", [0.0, 0.5, 1.0], [0.0, 0.02, 1.0]),
        Line("fine-tuned", [0.0, 0.5, 1.0], [0.0, 0.01, 1.0]),
    ],
    y_log=True,
)
STEPS = Picture(
    "scores",
    "OOD score",
    "fraction of events",
    [
        Line(
            "source domain",
            [0.0, 1.0, 2.0, 4.0],
            [0.5, 0.3, 0.2],
            [0.4, 0.2, 0.1],
            [0.6, 0.4, 0.3],
            "steps",
        )
    ],
)
PARTS = Picture(
    "atlas: parts",
    "",
    "difference",
    [
        Line("fine-tuned minus twin", [0, 1], [0.1, -0.2], [0.0, -0.3], [0.2, -0.1], "points"),
        Line("margin +0.02", [0, 1], [0.02, 0.02], style="level"),
    ],
    x_names=["jet_pt 450-600 GeV", "top"],
)


def colour(figure: Plot, label: str) -> Any:
    handles, labels = figure.axes[0].get_legend_handles_labels()
    handle = handles[labels.index(label)]
    return getattr(handle, "lines", [handle])[0].get_color()


@pytest.mark.parametrize("picture", [METRIC, CURVES, STEPS, PARTS], ids=lambda p: p.title)
def test_every_line_is_in_the_legend_in_its_order(picture: Picture) -> None:
    (legend,) = draw(picture).legends
    assert [text.get_text() for text in legend.get_texts()] == [x.label for x in picture.lines]


@pytest.mark.parametrize("picture", [METRIC, CURVES, STEPS], ids=lambda p: p.title)
def test_axes_are_labelled(picture: Picture) -> None:
    (axes,) = draw(picture).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == (picture.x_label, picture.y_label)
    assert axes.get_title(loc="left") == picture.title


def test_points_are_where_they_were_measured_and_a_little_apart() -> None:
    figure = draw(METRIC)
    first, second = (bars.lines[0] for bars in figure.axes[0].containers)
    assert list(first.get_ydata()) == [0.9, 0.93]
    for ours, theirs, x in zip(first.get_xdata(), second.get_xdata(), (100, 1000), strict=True):
        assert ours < x < theirs
        assert theirs / ours < 1.1
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["100", "1,000"]


def test_error_bars_span_the_interval() -> None:
    bars = draw(METRIC).axes[0].containers[0].lines[2][0]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx([0.88, 0.92]), pytest.approx([0.92, 0.94])]


def test_a_level_crosses_the_whole_picture_with_its_band() -> None:
    (axes,) = draw(METRIC).axes
    handles, labels = axes.get_legend_handles_labels()
    level = handles[labels.index("zero-shot")]
    assert list(level.get_xdata()) == [0, 1]  # in shares of the axes
    assert list(level.get_ydata()) == [0.91, 0.91]
    (band,) = axes.patches
    assert (band.get_y(), band.get_y() + band.get_height()) == pytest.approx((0.9, 0.92))


def test_steps_are_drawn_with_their_band_on_the_bin_edges() -> None:
    line, band = draw(STEPS).axes[0].patches
    assert list(line.get_data().edges) == [0.0, 1.0, 2.0, 4.0]
    assert list(line.get_data().values) == [0.5, 0.3, 0.2]
    assert list(band.get_data().baseline) == [0.4, 0.2, 0.1]


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show() -> None:
    (axes,) = draw(CURVES).axes
    assert axes.get_yscale() == "log"
    low, high = axes.get_ylim()
    assert 0 < low < 0.01
    assert high > 1


def test_names_are_listed_downwards_with_their_differences_across() -> None:
    (axes,) = draw(PARTS).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == PARTS.x_names
    assert axes.get_xlabel() == "difference"
    assert list(axes.containers[0].lines[0].get_xdata()) == [0.1, -0.2]
    bottom, top = axes.get_ylim()
    assert bottom > top


def test_an_arm_has_one_colour_in_all_pictures() -> None:
    metric, curves = draw(METRIC), draw(CURVES)
    for arm in ("fine-tuned", "zero-shot"):
        assert colour(metric, arm) == colour(curves, arm)
    assert colour(metric, "fine-tuned") != colour(metric, "twin, equal steps")


def test_lines_of_one_picture_never_share_a_colour() -> None:
    names = ["unknown", "fine-tuned", "another", "twin, equal FLOPs", "third", "zero-shot"]
    figure = draw(Picture("t", "x", "y", [Line(name, [0, 1], [0, 1]) for name in names]))
    assert len({colour(figure, name) for name in names}) == len(names)


def test_a_picture_without_points_can_be_drawn() -> None:
    assert draw(Picture("t", "x", "y", [Line("nothing", [], [], [], [], "points")])).axes


def test_no_setting_of_matplotlib_changes() -> None:
    before = dict(mpl.rcParams)
    svg(METRIC)
    assert dict(mpl.rcParams) == before


def test_equal_pictures_give_equal_bytes_without_a_date() -> None:
    first = svg(METRIC)
    assert first == svg(METRIC)
    assert b"<dc:date>" not in first


def test_a_narrow_logarithmic_axis_has_labels_between_powers_of_ten() -> None:
    lines = [Line("a", [3.0, 30.0], [1.0, 2.0])]
    figure = draw(Picture("t", "x", "y", lines, x_log=True))
    axes = figure.axes[0]
    ticks = [*axes.xaxis.get_major_ticks(), *axes.xaxis.get_minor_ticks()]
    low, high = axes.get_xlim()
    shown = {t.label1.get_text() for t in ticks if low <= t.get_loc() <= high} - {""}
    assert shown == {"5", "10", "20"}
