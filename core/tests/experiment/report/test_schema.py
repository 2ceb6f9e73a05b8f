"""docs/reference/report.md describes the layout of a report key by key."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vierbein.experiment.report.collect import SCHEMA

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "report.md"
# Below these every key is a name of the run's own: a domain, an arm, a tensor, a setting ...
_NAMES = {
    *("comparison", "hardware", "loading", "domains", "configuration", "versions", "sizes"),
    *("arms", "against", "pooled", "transfer", "recommended", "advice", "stand_ins", "levels"),
    *("differences", "mapping", "dataset", "sha256", "source", "parameters"),
}
_WHOLE = {"configuration", "versions", "mapping", "dataset", "sha256", "source", "parameters"}


def keys(value: Any, are_names: bool = False) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from keys(item)
    if isinstance(value, dict):
        for key, inner in value.items():
            if not are_names:
                yield key
            if key not in _WHOLE:
                yield from keys(inner, not are_names and key in _NAMES)


def test_every_key_is_described(report: dict[str, Any]) -> None:
    described = set(re.findall(r"`(\w+)`", PAGE.read_text(encoding="utf-8")))
    assert set(keys(report)) - described == set()


def test_the_version_is_the_one_described() -> None:
    assert f"now **{SCHEMA}**" in PAGE.read_text(encoding="utf-8")
