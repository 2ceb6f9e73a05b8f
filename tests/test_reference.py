"""The reference names all that there is: it fails when something new is not described."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import vierbein.errors
import vierbein.interfaces
from vierbein.experiment.hooks import Specifications
from vierbein.experiment.result import Result
from vierbein.experiment.settings import RunSettings
from vierbein.registry import docstring
from vierbein.registry.installed import installed
from vierbein.registry.kinds import KINDS
from vierbein.registry.known import KNOWN
from vierbein.storage.atomic import read_json

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PLUGINS = sorted(folder.name for folder in (ROOT / "plugins").iterdir() if folder.is_dir())
SMALL = ("compare.sizes=[60]", "compare.seeds=1", "compare.steps=20", "pretrain.steps=40")


def text(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def modules(package: Any) -> list[str]:
    (folder,) = package.__path__
    names = [file.stem for file in Path(folder).glob("*.py")]
    return [f"{package.__name__}.{name}" for name in names if name != "__init__"]


@pytest.mark.parametrize(
    ("page", "package"),
    [("reference/interfaces.md", vierbein.interfaces), ("reference/errors.md", vierbein.errors)],
)
def test_every_module_of_interfaces_and_errors_is_described(page: str, package: Any) -> None:
    described = re.findall(r"automodule:: ([\w.]+)", text(page))
    assert sorted(set(modules(package)) - set(described)) == []


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_plugin_has_a_page(plugin: str) -> None:
    page = text(f"plugins/{plugin}.md")
    distribution = f"vierbein-{plugin.replace('_', '-')}"
    assert f".. plugin:: {distribution}\n" in page
    assert f"\nplugins/{plugin}\n" in text("index.md")
    assert re.search(r"^```\nvierbein run .*^```$", page, re.MULTILINE | re.DOTALL)


def test_every_component_of_this_repository_is_listed_and_has_meanings() -> None:
    registry = installed()
    own = [component for component in registry.components if component.distribution in KNOWN]
    listed = re.findall(r"components:: (\w+)", text("reference/plugins.md"))
    assert {component.kind for component in own} <= {*listed, "hooks"}
    nameless = [
        f"{component.name}.{setting.name}"
        for component in own
        for setting in registry.settings(component)
        if not setting.meaning
    ]
    assert nameless == []


def test_every_hook_and_kind_is_described() -> None:
    page = text("reference/hooks.md")
    assert "autoclass:: vierbein.experiment.hooks.Specifications\n   :members:" in page
    assert ".. kinds::" in page
    hooks = [hook for name, hook in vars(Specifications).items() if not name.startswith("_")]
    assert len(hooks) > 5
    assert all(hook.__doc__ for hook in hooks)
    assert all(KINDS.values())


def test_every_setting_has_a_meaning() -> None:
    assert "settings:: vierbein.experiment.settings.RunSettings" in text("reference/settings.md")

    def lacking(schema: type) -> list[str]:
        meanings = docstring.parameters(cleandoc(schema.__doc__ or ""))
        hints = get_type_hints(schema)
        inner = [lacking(hint) for hint in hints.values() if is_dataclass(hint)]
        own = [f"{schema.__name__}.{f.name}" for f in fields(schema) if not meanings.get(f.name)]
        return [*own, *(name for names in inner for name in names)]

    assert lacking(RunSettings) == []


@pytest.fixture
def described() -> Callable[[str], set[str]]:
    """Give the keys that the report's page has in the tables below a heading."""
    sections = dict(
        re.findall(r"^## (.*)\n([^#]*(?:#(?!# )[^#]*)*)", text("reference/report.md"), re.MULTILINE)
    )

    def keys(heading: str) -> set[str]:
        rows = re.findall(r"^\| (`.*?`) \|", sections[heading], re.MULTILINE)
        return {key for row in rows for key in re.findall(r"`([\w.]+)`", row)}

    return keys


def test_every_key_of_a_report_is_described(
    toy_run: Callable[..., Result], described: Callable[[str], set[str]]
) -> None:
    result = toy_run(*SMALL, "safeguard=[ood]")
    report: Mapping[str, Any] = result.report
    assert set(report) == described("Top level")
    assert set(report["outcome"]) == described("outcome")
    (domain,) = report["comparison"].values()
    (size,) = domain["sizes"].values()
    arm = size["arms"]["fine_tuned"]
    assert {*domain, *size, *arm} == described("comparison, by domain")
    (verdict,) = report["verdicts"]
    assert set(verdict) == described("verdicts")
    (loading,) = report["loading"].values()
    assert set(loading) == described("loading, by domain")
    named = set(re.findall(r"`(\w+)`", text("reference/report.md")))
    assert set(report["base"]) <= named
    for card in report["domains"].values():
        assert set(card) == described("domains, by domain")
    timings = read_json(result.folder / "timings.json")
    assert set(timings) == described("timings.json")
