"""A notebook sees what the command shows: tables, pictures, the page, and the same words."""

import html
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from vierbein.cli.main import main
from vierbein.errors.base import VierbeinError
from vierbein.experiment.result import Result
from vierbein.experiment.run import configure, run

SMALL = ("compare.seeds=2", "compare.steps=20", "pretrain.steps=40")
ARMS = ("zero_shot", "fine_tuned", "twin_equal_steps", "twin_equal_flops", "smaller_twin")
INTERVAL = ["value", "low", "high"]


def test_arms_and_differences_are_data_frames_of_the_reports_figures(toy_run):
    result = toy_run(*SMALL)
    arms = result.arms
    assert list(arms.columns) == ["domain", "size", "arm", *INTERVAL]
    assert len(arms) == 2 * (len(ARMS) + 1)  # sizes times arms, the trees besides
    assert set(arms.arm) == {*ARMS, "baseline"}
    assert set(arms["size"]) == {60, 600}
    assert ((arms.low <= arms.value) & (arms.value <= arms.high)).all()
    assert arms[INTERVAL].to_numpy().min() >= 0
    assert arms[INTERVAL].to_numpy().max() <= 1
    indexed = arms.set_index(["size", "arm"])
    # The zero-shot network knows no target events: one figure, whatever their number.
    assert (indexed.loc[60, "zero_shot"] == indexed.loc[600, "zero_shot"]).all()

    found = result.differences
    assert list(found.columns) == ["domain", "size", "against", *INTERVAL, "outcome"]
    assert len(found) == 2 * len(ARMS)
    for row in found.itertuples():
        of_arms = indexed.value[row.size, "fine_tuned"] - indexed.value[row.size, row.against]
        assert row.value == pytest.approx(of_arms)
    assert set(found.outcome) <= {"helpful", "neutral", "negative", "undecided"}

    parts = result.parts
    assert list(parts.columns) == ["domain", "size", "kind", "name", *INTERVAL, "outcome"]
    assert parts.groupby(["size", "kind"]).size().to_dict() == {
        (size, kind): 2 for size in (60, 600) for kind in ("slice", "truth")
    }
    assert set(parts.name[parts.kind == "truth"]) == {"qcd", "top"}
    assert all(name.startswith("toy_product ") for name in parts.name[parts.kind == "slice"])


def test_verdicts_are_a_data_frame_with_and_without_a_safeguard(toy_run):
    columns = ["safeguard", "answer", "sentence", "advice", "threshold", "false_alarm_rate"]
    columns.append("figure")
    without = toy_run(*SMALL, "compare.sizes=[60]", "run_folder=without").verdicts
    assert isinstance(without, pd.DataFrame)
    assert list(without.columns) == columns
    assert len(without) == 0
    result = toy_run(*SMALL, "compare.sizes=[60]", "run_folder=with", "safeguard=[ood]")
    assert list(result.verdicts.columns) == columns
    (row,) = result.verdicts.itertuples()
    assert row.answer in {"pass", "warn", "fail"}
    assert 0 <= row.figure <= 1
    assert "there" in row.sentence
    assert bool(row.advice) == (row.answer != "pass")
    assert repr(result).splitlines()[-1] == f"safeguards: ood {row.answer}"
    assert f"</span> ood {row.answer}&emsp;</p><iframe" in result._repr_html_()


def test_pictures_are_figures_with_labelled_axes(toy_run):
    pictures = toy_run(*SMALL).pictures
    assert len(pictures) == 4
    for title, figure in pictures.items():
        assert isinstance(figure, Figure)
        (axes,) = figure.axes
        assert axes.get_title(loc="left") == title
        assert axes.get_xlabel()
        names = [label.get_text() for label in axes.get_yticklabels()]
        assert axes.get_ylabel() or "top" in names  # what is named needs no label
        assert figure.legends


def test_a_result_shows_itself(toy_run):
    result = toy_run(*SMALL, "compare.sizes=[60]")
    lines = repr(result).splitlines()
    assert lines[0] == "Result('runs/toy')"
    assert lines[1] == f"there: {result.report['outcome']['advice']['there']}"
    frame = result._repr_html_()
    page = html.unescape(frame.partition('srcdoc="')[2].rpartition('" style')[0])
    assert page == Path("runs/toy/report.html").read_text()
    again = Result(Path("runs/toy"))
    assert again.report == result.report
    assert again.exit_status == result.exit_status == 0


def test_a_result_of_some_stages_shows_itself_too(toy_run):
    result = toy_run(*SMALL, "stages=[pretrain]")
    assert result.exit_status == 0
    assert repr(result) == "Result('runs/toy'): no report, its stage has not run"
    assert result._repr_html_() is None


@pytest.mark.parametrize(
    "override",
    [
        "tuner=[lroa]",
        "compare.stesp=3",
        "compare.steps=many",
        "experiment=toi",
        "compare.sizes=[99999]",
        "compare.sizes=[2]",
        "compare.sizes=[600,60]",
        "compare.test_events=1",
        "splits.test=0.1",
        "base=nowhere",
        "stages=[compare]",
        "dataset=parquet",
        "also.more.dataset=toy_records",
    ],
)
def test_exceptions_have_the_commands_words(toy_run, capsys, override):
    with pytest.raises(VierbeinError) as caught:
        toy_run(*SMALL, override)
    first = ["experiment=toy"] if not override.startswith("experiment=") else []
    assert main(["run", *first, *SMALL, override]) == 2
    said = capsys.readouterr().err
    if first:  # with another experiment the words name it
        assert said == f"vierbein: error: {caught.value}\n"
    assert len(said.splitlines()) >= 2


def test_a_configuration_can_be_looked_at_before(folder):
    said = configure("toy", ["seed=3", "compare.steps=5"])
    assert (said["seed"], said["compare"]["steps"], said["name"]) == (3, 5, "toy")
    assert said["adapter"]["name"] == "there"
    assert sorted(path.name for path in folder.iterdir()) == ["conf"]


def test_the_same_call_again_goes_on(toy_run, folder):
    first = toy_run(*SMALL, "compare.sizes=[60]")
    written = {path: path.stat().st_mtime_ns for path in folder.glob("runs/toy/**/result.json")}
    again = run("toy", [*SMALL, "compare.sizes=[60]"], is_quiet=True)
    assert again.report == first.report
    assert all(path.stat().st_mtime_ns == time for path, time in written.items())
