"""A report as a run writes it, from scores that are drawn at random instead of trained.

The numbers come from the comparison's own code (`Comparison` and `pictures`, on a task, events and
scores made up here), and are put together as `collect` does, so that the report has the layout of a
real one and a change of that layout is noticed here.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import rankdata

from vierbein.events.schema import FeatureSchema
from vierbein.events.table import EventTable
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.arms import ArmJob
from vierbein.experiment.compare.comparison import Comparison
from vierbein.experiment.compare.pictures import pictures
from vierbein.experiment.compare.results import ArmResult, TestEvents
from vierbein.experiment.settings import CompareSettings, RunSettings
from vierbein.interfaces.figure import Figure, Line, Picture
from vierbein.interfaces.observable import Observable
from vierbein.interfaces.safeguard import Answer, Verdict
from vierbein.interfaces.task import Part
from vierbein.interfaces.trainer import Point
from vierbein.registry.installed import Registry

SIZES, SEEDS, NUM = (100, 300, 1000), 3, 1500
# How far signal lies from background, in standard deviations, by arm and size: a mild target, on
# which the base is hard to beat, and a hard one, on which only tuning helps.
APART = {
    "atlas": {
        "zero_shot": (2.12, 2.12, 2.12),
        "fine_tuned": (2.10, 2.12, 2.15),
        "twin_equal_steps": (1.25, 1.66, 1.85),
        "twin_equal_flops": (1.20, 1.62, 1.86),
        "smaller_twin": (1.10, 1.50, 1.75),
        "baseline": (1.45, 1.70, 1.80),
    },
    "calo": {
        "zero_shot": (0.55, 0.55, 0.55),
        "fine_tuned": (1.00, 1.19, 1.35),
        "twin_equal_steps": (0.98, 1.21, 1.33),
        "twin_equal_flops": (0.97, 1.20, 1.34),
        "smaller_twin": (0.90, 1.10, 1.25),
        "baseline": (0.95, 1.05, 1.15),
    },
}


class Separation:
    """A classification of one score: as much of a task as a comparison asks for."""

    metric, bounds = "AUC", (0.0, 1.0)
    curve_axes = ("top efficiency", "background efficiency")

    def measure(self, scores: Any, truth: Any, weights: Any) -> Any:
        is_top = truth["process"] == 1
        ranks = rankdata(scores[:, 0])[None]
        found = []
        for row in weights:
            order = np.argsort(ranks[0])
            top, other = row * is_top, row * ~is_top
            below = np.cumsum(other[order]) - other[order] / 2
            found.append((top[order] * below).sum() / (top.sum() * other.sum()))
        return np.array(found)

    def figures(self, scores: Any, truth: Any, weights: Any) -> list[Figure]:
        is_top = truth["process"] == 1
        value = float(self.measure(scores, truth, weights[None])[0])
        right = float(((scores[:, 0] > 1) == is_top).mean())
        said = [Figure("AUC", value, value - 0.012, value + 0.012)]
        said.append(Figure("accuracy", right, right - 0.015, right + 0.015))
        for efficiency in (0.3, 0.5):
            limit = np.quantile(scores[is_top, 0], 1 - efficiency)
            share = max(float((scores[~is_top, 0] > limit).mean()), 1 / NUM)
            name = f"background rejection at {efficiency:g} signal efficiency"
            said.append(Figure(name, 1 / share, 0.7 / share, 1.5 / share))
        return said

    def parts(self, scores: Any, truth: Any) -> dict[str, Part]:
        called = (scores[:, 0] > 1).astype(int)
        return {
            name: Part((called == code).astype(float), truth["process"] == code)
            for code, name in enumerate(("qcd", "top"))
        }

    def curve(self, label: str, scores: Any, truth: Any, weights: Any) -> Line:
        order = np.argsort(-scores[:, 0])
        is_top = (truth["process"] == 1)[order]
        at = np.linspace(0, NUM - 1, 120).astype(int)
        top, other = np.cumsum(is_top) / is_top.sum(), np.cumsum(~is_top) / (~is_top).sum()
        return Line(label, [0.0, *top[at].tolist()], [0.0, *other[at].tolist()])


class Column(Observable):
    def __init__(self, index: int, unit: str) -> None:
        self.index, self.unit = index, unit

    def __call__(self, events: Any) -> torch.Tensor:
        return events.event_features[:, self.index]


def _table(domain: str, rng: np.random.Generator) -> EventTable:
    features = np.stack([rng.uniform(450, 600, NUM), rng.gamma(8, 12, NUM)], axis=1)
    return EventTable(
        FeatureSchema(),
        domain,
        np.ones((NUM, 4), np.float32),
        np.zeros((NUM, 0), np.float32),
        np.arange(NUM + 1),
        features.astype(np.float32),
        np.ones(NUM, np.float32),
        np.arange(NUM),
        {"process": (np.arange(NUM) % 2).astype(np.int64)},
    )


def _history(apart: float, rng: np.random.Generator) -> list[dict[str, Any]]:
    steps = np.arange(0, 101, 10)
    losses = 0.9 - 0.25 * apart * (1 - np.exp(-steps / 25)) + rng.normal(0, 0.006, len(steps))
    return [asdict(Point(int(s), 2e9 * s, None, float(v))) for s, v in zip(steps, losses)]  # noqa: B905


def _results(domain: str, rng: np.random.Generator) -> dict[tuple[str, int], list[ArmResult]]:
    noise, is_top = rng.normal(size=NUM), np.arange(NUM) % 2
    arms: dict[tuple[str, int], list[ArmResult]] = {}
    for name, apart in APART[domain].items():
        for index, size in enumerate(SIZES):
            key = (name, 0 if name == "zero_shot" else size)
            is_trained = name not in ("zero_shot", "baseline")
            for seed in range(1 if name == "zero_shot" else SEEDS):
                if key in arms and name == "zero_shot":
                    continue
                mine = apart[index] + rng.normal(0, 0.03) * is_trained
                scores = mine * is_top + 0.95 * noise + 0.3 * rng.normal(size=NUM)
                tuner = ("bitfit", "lora", "lora")[seed] if name == "fine_tuned" else ""
                job = ArmJob(domain, name, key[1], seed, 100 * is_trained, tuner)
                history = _history(mine, rng)
                trial = {
                    "learning_rate": 1e-3,
                    "best_step": 70 + 10 * seed,
                    "best_loss": min(p["validation_loss"] for p in history),
                    "flops": 2.1e11 if name == "fine_tuned" else 1.9e11,
                    "history": history,
                }
                result = {
                    "num_parameters": 0 if name == "baseline" else 72_034,
                    "num_tuned": 3_210 if name == "fine_tuned" else 72_034 * is_trained,
                    "trials": [trial, trial] if is_trained else [],
                    "chosen": 0,
                }
                arms.setdefault(key, []).append(
                    ArmResult(job, result, scores[:, None].astype(np.float32))
                )
    return arms


def _compared(domain: str, settings: CompareSettings) -> tuple[dict[str, Any], list[Picture]]:
    rng = np.random.default_rng([7, list(APART).index(domain)])
    table = _table(domain, rng)
    parts = {
        "task": Separation(),
        "settings": SimpleNamespace(compare=settings, seed=0),
        "targets": {domain: SimpleNamespace(events=lambda *_: table)},
        "observables": {"jet_pt": Column(0, "GeV"), "jet_mass": Column(1, "GeV")},
    }
    assembly = type("Assembled", (Assembly,), parts)({}, Registry())
    arms = _results(domain, rng)
    comparison = Comparison(TestEvents(assembly, domain), arms)
    return comparison.to_json(), pictures(domain, comparison, arms)


def _verdicts() -> list[Verdict]:
    edges = np.geomspace(0.5, 200, 31)
    heights = np.exp(-((np.log(edges[:-1]) - 1) ** 2))
    shifted = np.exp(-((np.log(edges[:-1]) - 2) ** 2))

    def distributions(domain: str) -> Picture:
        lines = [
            Line(
                "source domain", edges.tolist(), (heights / heights.sum()).tolist(), style="steps"
            ),
            Line(domain, edges.tolist(), (shifted / shifted.sum()).tolist(), style="steps"),
            Line("calibrated limit", [20.0, 20.0], [1e-4, 1.0]),
        ]
        title = f"representation Mahalanobis: {domain}"
        return Picture(title, "OOD score", "fraction of events", lines, x_log=True, y_log=True)

    def verdict(domain: str, answer: Answer, value: float) -> Verdict:
        name = "events above the limit, representation Mahalanobis"
        figure = Figure(name, value, value - 0.01, value + 0.01)
        sentence = f"{domain}: {value:.1%} of 2000 events are unlike the source domain's."
        further = [Figure("AUROC target against source", 0.61, 0.59, 0.63)]
        drawn = [distributions(domain)]
        advice = "" if answer is Answer.PASS else "See in the picture which events they are."
        given = (figure, 0.1, 0.01, further, drawn, advice, "ood")
        return Verdict(f"ood: {domain}", answer, sentence, *given)

    return [verdict("atlas", Answer.PASS, 0.062), verdict("calo", Answer.WARN, 0.31)]


def _hardware() -> dict[str, Any]:
    differences = {"particles": 2.1e-7, "pooled": 1.4e-7, "prediction": 3.2e-7}
    done = {"is_equal": True, "first_differing": None, "differences": differences}
    skipped = {"status": "SKIP", "reason": "the backend does not offer this level"}
    network = asdict(ArmJob("atlas", "zero_shot", 0, 0, 0))
    probe = {"can_run": True, "reason": "", "versions": {"onnxruntime": "1.26.0"}}
    levels = {"graph": {**done, "status": "PASS"}, "csim": skipped, "rtl": skipped}
    return {"cpu": {"network": network, "probe": probe, "levels": levels, "problems": []}}


def _configuration(settings: CompareSettings) -> dict[str, Any]:
    said = asdict(RunSettings(name="quickstart", title="Jets: cms to atlas and calo"))
    component = {"_component_": "backbone/vierbein-transformer/particle_transformer", "width": 64}
    ood = {"_component_": "safeguard/vierbein-safeguards/ood"}
    chosen = {"backbone": component, "safeguard": {"ood": ood}}
    return {**said, "compare": asdict(settings), **chosen}


def _loading() -> dict[str, Any]:
    whole = {"matched": 12_480, "expanded": 0, "new": 0, "dropped": 0}
    modules = [{"module": f"backbone.blocks.{n}.attention.qkv", **whole} for n in range(4)]
    modules.append({**whole, "module": "head.linear", "matched": 130, "expanded": 65})
    agrees = {"answer": "agrees", "reason": "the pooled that its card records"}
    checks = [agrees | {"difference": 3e-7, "tolerance": 1e-4}]
    checks.append({"answer": "not checked", "reason": "why", "difference": None, "tolerance": None})
    said = {"modules": modules, "function_checks": checks}
    return {
        "atlas": {**said, "extra_features": [], "stand_ins": {}},
        "calo": {**said, "extra_features": ["em_share"], "stand_ins": {"charge": 0.0}},
    }


def _card(domain: str) -> dict[str, Any]:
    return {
        "format": 1,
        "dataset": {
            "file": f"{domain}.parquet",
            "sha256": "ab" * 32,
            "seed": 11,
            "size": 7_340_032,
        },
        "mapping": {"domain": domain, "cuts": ["pt > 450"]},
        "bad_records": "error",
        "set_aside": 0,
        "num_events": 20_000,
        "sha256": {"p4": "cd" * 32},
    }


@pytest.fixture(scope="session")
def _report_as_text() -> str:
    settings = CompareSettings(
        sizes=list(SIZES), seeds=SEEDS, replicas=60, slices={"jet_pt": 3, "jet_mass": 3}
    )
    compared = {domain: _compared(domain, settings) for domain in APART}
    domains = {name: said for name, (said, _) in compared.items()}
    verdicts = _verdicts()
    drawn = [picture for _, made in compared.values() for picture in made]
    drawn += [picture for verdict in verdicts for picture in verdict.pictures]
    base = {
        "name": "jets_tiny",
        "licence": "Apache-2.0",
        "figures": [Figure("AUC", 0.961, 0.958, 0.964).to_json()],
        "source": {"domain": "cms", **_card("cms")},
        "parameters": {"sha256": "ef" * 32},
        "flops": 3.1e13,
    }
    report = {
        "schema": 1,
        "name": "quickstart",
        "title": "Jets: cms to atlas and calo",
        "seed": 0,
        "outcome": {
            **{
                key: {name: said[key] for name, said in domains.items()}
                for key in ("transfer", "recommended", "advice")
            },
            "failed": [],
            "negative_parts": _negative(domains),
            "exit_status": 0,
        },
        "comparison": domains,
        "verdicts": [verdict.to_json() for verdict in verdicts],
        "hardware": _hardware(),
        "loading": _loading(),
        "base": base,
        "domains": {f"source {n}" if n == "cms" else n: _card(n) for n in ("cms", *APART)},
        "components": [
            {
                "place": "backbone",
                "kind": "backbone",
                "name": "particle_transformer",
                "distribution": "vierbein-transformer",
                "version": "0.1.0",
            }
        ],
        "configuration": _configuration(settings),
        "configuration_sha256": "01" * 32,
        "versions": {"python": "3.11.2", "vierbein": "0.1.0", "torch": "2.13.0"},
        "pictures": [picture.to_json() for picture in drawn],
    }
    return json.dumps(report, sort_keys=True, allow_nan=False)


def _negative(domains: dict[str, Any]) -> Sequence[str]:
    return [
        f"{domain}, {size} events, {part['name']}"
        for domain, said in domains.items()
        for size, at in said["sizes"].items()
        for part in at["parts"]
        if part["outcome"] == "negative"
    ]


@pytest.fixture
def report(_report_as_text: str) -> dict[str, Any]:
    """A report as it is read back from report.json; each test may change its own."""
    said: dict[str, Any] = json.loads(_report_as_text)
    return said


NINE = (
    "ood",
    "stress_test",
    "rotation",
    "cross_check",
    "blinding",
    "uncertainty",
    "high_fidelity",
    "features",
    "triage",
)


@pytest.fixture
def nine(report: dict[str, Any]) -> dict[str, Any]:
    """A report in which nine safeguards answered about two domains, most of them badly."""
    sentence = (
        "31.4% of 3000 events are unlike the source domain's (raw Mahalanobis distance, the "
        "loudest of 4 monitors); a clean sample has 5.0%, and up to 10.0% pass."
    )
    advice = "See which events they are, and whether units, cuts or a dead part explain them."
    report["verdicts"] = []
    for number, name in enumerate(NINE):
        for domain in APART:
            answer = ("warn", "fail", "pass")[number % 3]
            figure = Figure("events above the limit", 0.314, 0.29, 0.338).to_json()
            said = {"safeguard": f"{name}: {domain}", "answer": answer, "chosen": name}
            said |= {"sentence": f"{domain}: {sentence}", "figure": figure, "threshold": 0.1}
            said |= {"false_alarm_rate": 0.01, "further": [], "pictures": []}
            report["verdicts"].append(said | {"advice": "" if answer == "pass" else advice})
    chosen = {name: {"_component_": f"safeguard/vierbein-safeguards/{name}"} for name in NINE}
    report["configuration"]["safeguard"] = chosen
    report["pictures"] = [p for p in report["pictures"] if "representation" not in p["title"]]
    return report


@pytest.fixture(scope="session")
def timings() -> dict[str, Any]:
    figure = {"unit": "events/s", "provenance": "measured", "low": 8.1e4, "high": 8.7e4}
    asked = {f"safeguard {name}": 12.3 for name in NINE}
    return {
        "seconds": {"data": 1.2, "adapt": 61.4, "compare": 92.7, "report": 4.0, **asked},
        "run_folder": "runs/quickstart",
        "hardware": {"cpu": [{"name": "throughput", "value": 8.4e4, **figure}]},
    }
