import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from vierbein.experiment.report.table import render


def shown(report: dict[str, Any], width: int = 100, unasked: dict[str, str] | None = None) -> str:
    console = Console(width=width, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(render(report, unasked))
    return capture.get()


def test_it_fits_100_columns(report: dict[str, Any]) -> None:
    assert max(map(len, shown(report).splitlines())) <= 100


def test_it_says_what_the_comparison_found(report: dict[str, Any]) -> None:
    text = shown(report)
    found = report["comparison"]["atlas"]
    assert found["transfer"] == "helpful"
    difference = found["pooled"]["twin_equal_steps"]["difference"]
    assert f"{difference['value']:+.4f} \u00b1" in text
    assert f"atlas: {found['advice']}" in text
    assert "at least 10" in text  # fine-tuned with 100 events, the twin never gets there with 1000


def test_undecided_is_said(report: dict[str, Any]) -> None:
    assert report["comparison"]["calo"]["transfer"] == "undecided"
    (mean,) = (
        line for line in shown(report).splitlines() if line.startswith(" calo") and "mean" in line
    )
    assert mean.split()[-1] == "undecided"


def test_sizes_stand_in_rising_order(report: dict[str, Any]) -> None:
    rows = [line.split()[:2] for line in shown(report).splitlines() if line.startswith(" atlas")]
    assert rows == [["atlas", x] for x in ("zero-shot", "100", "300", "1,000", "mean")]


def test_safeguards_and_hardware_are_said(report: dict[str, Any]) -> None:
    text = shown(report)
    assert "safeguard warn: calo: 31.0% of 2000 events" in text
    assert "hardware cpu, graph: PASS" in text


def test_brackets_are_never_read_as_markup(report: dict[str, Any]) -> None:
    report["verdicts"][0]["sentence"] = "a limit of [bold] and [/nonsense]"
    efficiency = {"value": 2.0, "low": 1.0, "high": 3.0, "bound": ""}
    report["comparison"]["atlas"]["sizes"]["100"]["label_efficiency"] = efficiency
    text = shown(report)
    assert "[bold] and [/nonsense]" in text
    assert "2 [below 1, 3]" in text


def test_parts_that_got_worse_are_named(report: dict[str, Any]) -> None:
    report["outcome"]["negative_parts"] = ["atlas, 100 events, jet_pt 450-500 GeV"]
    assert "worse than the twin: atlas, 100 events, jet_pt 450-500 GeV" in shown(report)


@pytest.mark.parametrize("key", ["comparison", "verdicts", "hardware"])
def test_a_run_without_a_stage_is_shown_too(report: dict[str, Any], key: str) -> None:
    report[key] = type(report[key])()
    assert shown(report).strip()


def test_showing_a_report_loads_no_plotting_library() -> None:
    program = (
        "import sys, vierbein.experiment.report.html, vierbein.experiment.report.table as t;"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_line_of_lights_and_what_to_do_next(report: dict[str, Any]) -> None:
    text = shown(report)
    assert "safeguards  \u25cf ood warn" in text
    assert "  next: See in the picture which events they are." in text
    assert "\u25cb" not in text
    grey = shown(report, unasked={"rotation": "Asks other bases."})
    assert "safeguards  \u25cf ood warn  \u25cb rotation" in grey
