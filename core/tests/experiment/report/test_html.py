import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from vierbein.experiment.report.html import page, write_html
from vierbein.experiment.report.strip import strip

_VOID = {"meta", "link", "img", "br", "circle", "rect", "line"}
_FROM_OUTSIDE = ("https://doi.org/", "https://arxiv.org/")


class Reader(HTMLParser):
    """Collects words by section, addresses, and tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.images: list[str] = []
        self.words: dict[str, list[str]] = {"": []}
        self.section = ""
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        said = dict(attrs)
        self.addresses += [said[key] for key in ("src", "href", "action", "srcset") if key in said]
        if "id" in said:
            self.ids.append(said["id"])
        if tag == "img":
            self.images.append(said["alt"])
        if tag == "section":
            self.section = said["id"]
            self.words[self.section] = []
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag
        if tag == "section":
            self.section = ""

    def handle_data(self, data: str) -> None:
        self.words[self.section].append(data)

    def text(self, section: str) -> str:
        return " ".join(" ".join(self.words[section]).split())


def read(report: Mapping[str, Any], timings: Mapping[str, Any]) -> Reader:
    reader = Reader()
    reader.feed(page(report, timings))
    reader.close()
    return reader


@pytest.fixture(autouse=True)
def _no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing is tested elsewhere, and takes a second a page."""
    monkeypatch.setattr("vierbein.experiment.report.draw.svg", lambda picture: b"<svg/>")


def test_the_answer_stands_first_with_interval_and_margin(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    text = read(report, timings).text("answer")
    said = report["comparison"]["atlas"]["pooled"]["twin_equal_steps"]["difference"]
    interval = "{value:.4f} [{low:.4f}, {high:.4f}]".format(**said)
    assert f"Transfer helps: fine-tuned, the AUC is {interval} higher than the twin's" in text
    assert "beyond the margin of 0.02. Mean over 100, 300 and 1,000 labelled events." in text
    assert "Undecided: the AUC differs from the twin's by +0.0" in text


def test_advice_label_efficiency_and_what_zero_shot_is_worth_stand_apart(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    text = read(report, timings).text("answer")
    assert "Do not tune: against using the base as it is, tuning is neutral." in text
    assert "is worth at least 1,000 labelled target events" in text
    assert "is worth at most 100 labelled target events" in text
    assert "100 bitfit, lora, lora at least 10 " in text


def test_negative_transfer_is_said_as_a_loss(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    said = report["comparison"]["calo"]
    said["transfer"] = said["pooled"]["twin_equal_steps"]["outcome"] = "negative"
    difference = {"value": -0.05, "low": -0.061, "high": -0.039}
    said["pooled"]["twin_equal_steps"]["difference"] = difference
    report["outcome"] |= {"exit_status": 3, "transfer": {"atlas": "helpful", "calo": "negative"}}
    reader = read(report, timings)
    hurts = "Transfer hurts: fine-tuned, the AUC is 0.050 [0.039, 0.061] lower than the twin's"
    assert hurts in reader.text("answer")
    assert "Exit status 3. Transfer to calo is negative." in reader.text("trust")


def test_trust_lists_safeguards_hardware_and_parts_that_got_worse(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    report["outcome"]["negative_parts"] = ["atlas, 100 events, jet_pt 450-500 GeV"]
    text = read(report, timings).text("trust")
    above = "events above the limit, representation Mahalanobis"
    calo = f"ood 12.3 s warn calo 0.310 [0.300, 0.320] {above} 0.1 0.01 calo: 31.0% of 2000 events"
    assert calo in text
    assert "Next: See in the picture which events they are. pass atlas 0.062 [0.052, 0.072]" in text
    assert "PASS cpu, graph: agrees with the golden vectors." in text
    assert "negative Worse than the twin although the total may not be: atlas, 100 events" in text


def test_lights_that_were_not_asked_are_grey(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    assert "grey light" not in read(report, timings).text("trust")
    report["configuration"]["safeguard"]["mine"] = {"_component_": "safeguard/lab/mine"}
    reader = Reader()
    reader.feed(page(report, timings, {"rotation": "Asks other bases <again>."}))
    text = reader.text("trust")
    assert "mine Not asked. It was chosen, but its moment did not come" in text
    assert "rotation Not asked. Asks other bases <again>." in text
    assert "Ask the others too: safeguard=[ood,mine,rotation]" in text


def test_where_there_is_no_safeguard_at_all_that_is_said(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    report["verdicts"] = report["pictures"] = []
    report["configuration"]["safeguard"] = {}
    assert "No safeguard questioned this run, and none is installed" in read(report, timings).text(
        "trust"
    )


def test_a_report_from_before_there_was_advice_is_read(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    for verdict in report["verdicts"]:
        del verdict["advice"], verdict["chosen"]
    text = read(report, timings).text("trust")
    assert "ood 12.3 s warn calo" in text
    assert "Next: Look at its figures and pictures" in text


def test_trust_follows_the_answer_and_has_a_page_of_its_own(
    nine: dict[str, Any], timings: dict[str, Any]
) -> None:
    text = page(nine, timings)
    assert re.findall(r'<section id="(\w+)"', text)[:2] == ["answer", "trust"]
    assert "#trust { break-before: page; break-after: page; }" in text
    assert re.findall(r'class="lamp (\w+)"', text) == 3 * ["fail"] + 3 * ["warn"] + 3 * ["pass"]


def test_tuned_parameters_that_change_nothing_are_named(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    assert "cannot change the prediction" not in read(report, timings).text("trust")
    report["comparison"]["calo"]["sizes"]["300"]["arms"]["fine_tuned"]["dead"] = ["head.bias"]
    text = read(report, timings).text("trust")
    assert "calo, 300 labelled events, fine-tuned: head.bias learn and cannot change" in text


def test_a_backend_that_fails_names_the_tensor(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    level = report["hardware"]["cpu"]["levels"]["graph"]
    level |= {"status": "FAIL", "is_equal": False, "first_differing": "pooled"}
    reader = read(report, timings)
    assert "FAIL cpu, graph: pooled is the first tensor that differs." in reader.text("trust")
    assert "First differing: pooled" in reader.text("hardware")


def test_every_arm_stands_under_every_size_with_its_interval_and_its_cost(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    text = read(report, timings).text("arms")
    for domain in ("atlas", "calo"):
        for at in report["comparison"][domain]["sizes"].values():
            for arm in at["arms"].values():
                said = arm["metric"]
                digits = 4 if (said["high"] - said["low"]) / 2 < 0.01 else 3
                words = [f"{said[key]:.{digits}f}" for key in ("value", "low", "high")]
                assert "{} [{}, {}]".format(*words) in text
    assert text.index("100 labelled") < text.index("300 labelled") < text.index("1,000 labelled")
    assert "background rejection at 0.3 signal efficiency" in text
    assert "fine-tuned 72,034 3,210 100 70, 80, 90 210 GFLOP 2 0.001" in text
    assert "zero-shot 72,034 0 0 - - 0 -" in text.replace("\N{EN DASH}", "-")


def test_parts_are_listed_with_their_outcome(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    text = read(report, timings).text("parts")
    for part in report["comparison"]["atlas"]["sizes"]["1000"]["parts"]:
        assert f"{part['kind']} {part['name']}" in text
    assert "truth top" in text


def test_what_was_loaded_is_summed_and_listed(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    text = read(report, timings).text("loaded")
    assert "atlas: 50,050 of 50,115 numbers came from the base, 65 expand it" in text
    assert "backbone.blocks.3.attention.qkv 12,480 0 0 0" in text
    assert "head.linear 130 65 0 0" in text
    assert "agrees with the pooled that its card records (3e-07 of its size; 0.0001" in text
    assert "atlas: not checked: why." in text
    assert "zero-initialised: em_share." in text
    assert "charge = 0." in text


def test_a_verdict_has_figure_threshold_and_false_alarm_rate(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    text = read(report, timings).text("safeguards")
    assert "representation Mahalanobis 0.310 [0.300, 0.320] 0.1 0.01" in text
    assert "AUROC target against source 0.610 [0.590, 0.630]" in text


def test_provenance_names_every_component_and_version(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    reader = read(report, timings)
    provenance = reader.text("provenance")
    assert "backbone particle_transformer vierbein-transformer 0.1.0" in provenance
    assert "torch 2.13.0" in provenance
    assert "compare.margin 0.02" in reader.text("configuration")
    assert "jets_tiny" in reader.text("data")
    assert "20,000 events" in reader.text("data")


def test_pictures_of_the_comparison_and_of_safeguards_stand_where_they_belong(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    images = read(report, timings).images
    assert len(images) == len(report["pictures"]) == 10
    assert images[0].startswith("atlas: AUC against labelled events; AUC by labelled target events")
    assert sum("OOD score" in words for words in images) == 2


def test_nothing_is_fetched_from_outside(report: dict[str, Any], timings: dict[str, Any]) -> None:
    reader = read(report, timings)
    assert reader.addresses
    for address in reader.addresses:
        assert address.startswith(("#", "data:", *_FROM_OUTSIDE))
        assert not address.startswith("#") or address[1:] in reader.ids
    text = page(report, timings)
    assert "<script" not in text
    assert not re.search(r"url\(|@import", text)


def test_words_of_a_run_are_never_markup(report: dict[str, Any], timings: dict[str, Any]) -> None:
    evil = "<script>alert('x')</script>"
    report["title"] = evil
    report["verdicts"][0]["sentence"] = evil
    report["pictures"][0]["title"] = f'atlas: "{evil}'
    report["configuration"]["compare"]["arms"] = [evil]
    assert "<script" not in page(report, timings)


def test_every_tag_is_closed(report: dict[str, Any], timings: dict[str, Any]) -> None:
    assert read(report, timings).open == []


def test_equal_reports_give_equal_pages_apart_from_timings(
    report: dict[str, Any], timings: dict[str, Any], tmp_path: Path
) -> None:
    turned = json.loads(json.dumps(report), object_pairs_hook=lambda pairs: dict(pairs[::-1]))
    slower = {**timings, "seconds": {**timings["seconds"], "adapt": 3661.0}}
    write_html(tmp_path / "a.html", report, timings)
    write_html(tmp_path / "b.html", turned, timings)
    write_html(tmp_path / "c.html", report, slower)
    first, second, third = (
        (tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in "abc"
    )
    assert first == second
    before, _, after = first.partition('<section id="timings">')
    assert before == third.partition('<section id="timings">')[0]
    assert "1 min 1.4 s" not in before
    assert "1 min 33 s" in after
    assert "84,000 [81,000, 87,000] events/s" in after
    assert "1 h 1 min 1 s" in third


@pytest.mark.parametrize(
    "without",
    [("comparison",), ("comparison", "verdicts", "hardware", "loading", "pictures"), ("base",)],
)
def test_a_run_of_fewer_stages_has_a_page_too(
    report: dict[str, Any], timings: dict[str, Any], without: tuple[str, ...]
) -> None:
    for key in without:
        report[key] = None if key == "base" else type(report[key])()
    reader = read(report, timings)
    assert ("compared nothing" in reader.text("answer")) == ("comparison" in without)


def test_a_domain_without_twin_or_zero_shot_has_no_verdict(
    report: dict[str, Any], timings: dict[str, Any]
) -> None:
    said = report["comparison"]["atlas"]
    said |= {"pooled": {}, "zero_shot": None, "transfer": "undecided"}
    for at in said["sizes"].values():
        at["arms"] = {"fine_tuned": at["arms"]["fine_tuned"]}
        at |= {"against": {}, "label_efficiency": None, "time_to_parity": None, "parts": []}
    text = read(report, timings).text("answer")
    assert "No verdict: there is no twin at equal steps" in text
    assert text.count("The base as it is") == 1


def test_an_interval_far_wider_than_all_others_does_not_shrink_them() -> None:
    said = {"difference": {"value": 0.05, "low": 0.04, "high": 0.06}, "outcome": "helpful"}
    wide = {"difference": {"value": 0.0, "low": -16.0, "high": 16.0}, "outcome": "undecided"}
    drawn = strip(said, [said, wide], 0.02)
    [(low, high)] = re.findall(r'class="bar" x1="([\d.]+)" x2="([\d.]+)"', drawn)
    assert float(high) - float(low) > 5
