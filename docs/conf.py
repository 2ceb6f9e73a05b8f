"""How the documentation is built; settings, components and errors are read from the code."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from importlib import import_module
from inspect import cleandoc
from typing import Any, Literal, get_args, get_origin, get_type_hints

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import vierbein
from vierbein.config.annotation import written
from vierbein.registry import docstring
from vierbein.registry.component import Component
from vierbein.registry.conf import conf_files
from vierbein.registry.installed import Registry, installed
from vierbein.registry.kinds import API, KINDS, MULTI, SPECIAL, meaning
from vierbein.registry.known import KNOWN
from vierbein.registry.setting import REQUIRED
from vierbein_collider.datasets.jet_anomalies import JetAnomalies

project = "vierbein"
author = "the vierbein authors"
release = vierbein.__version__
html_theme = "furo"
html_title = f"vierbein {release}"
html_show_copyright = False
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = False
napoleon_use_rtype = False
pygments_style = "tango"
default_role = "code"

Row = Sequence[str]
API_GROUP = f"vierbein.v{API}"


class Settings(SphinxDirective):
    """List the fields of a dataclass, and of those in it: name, type, default, meaning."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Give a list of definitions, with a heading for each dataclass inside."""
        module, _, name = self.arguments[0].rpartition(".")
        return _parsed(self, list(_fields(getattr(import_module(module), name), "")))


class Components(SphinxDirective):
    """List the components of a kind that this repository's plugins bring, with their settings."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Give a definition and a table for each."""
        registry = installed()
        lines: list[str] = []
        for component in registry.components:
            if component.kind == self.arguments[0] and component.distribution in KNOWN:
                lines += _component(registry, component)
        return _parsed(self, lines)


class Plugin(SphinxDirective):
    """List all that one distribution brings, kind by kind, and its presets and experiments."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Give a heading for each kind, and a list of its files."""
        registry, lines = installed(), []
        own = [c for c in registry.components if c.distribution == self.arguments[0]]
        for kind in dict.fromkeys(component.kind for component in own):
            lines += [f".. rubric:: {kind}: {meaning(kind)}", ""]
            for component in own:
                lines += _component(registry, component) if component.kind == kind else []
        files = {kind: registry.presets(kind) for kind in registry.kinds()}
        files["experiment"] = conf_files("experiment", registry.components)
        names = [
            f"``{kind}={name}``"
            for kind, found in files.items()
            for name, preset in found.items()
            if preset.distribution == self.arguments[0]
        ]
        if names:
            lines += [".. rubric:: presets and experiments", "", ", ".join(names), ""]
        return _parsed(self, lines)


class Kinds(SphinxDirective):
    """List the kinds of component, and the groups that hold modules."""

    def run(self) -> list[nodes.Node]:
        """Give a table."""
        rows = [
            (
                f"``{API_GROUP}.{kind}``",
                meaning(kind),
                "several" if kind in MULTI else "-" if kind in SPECIAL else "one",
            )
            for kind in (*KINDS, *SPECIAL)
        ]
        return _parsed(self, _table(["entry-point group", "what it is", "in a run"], rows))


class JetBank(SphinxDirective):
    """List the shipped bank's signals, as the cards of its files describe them."""

    def run(self) -> list[nodes.Node]:
        """Give a table."""
        domains = ("atlas", "calo")
        cards = {domain: JetAnomalies(domain).shipped.card for domain in domains}
        signals = {
            name: said for card in cards.values() for name, said in card["processes"].items()
        }
        rows = [
            (
                f"``{name}``",
                ", ".join(_strength(each) for each in said["strengths"]),
                ", ".join(str(cards[d]["num_jets_by_process"].get(name, 0)) for d in domains),
                said["title"],
            )
            for name, said in sorted(signals.items(), key=lambda each: each[1]["code"])
        ]
        head = ["signal", "strength", f"jets in {', '.join(domains)}", "what it is"]
        return _parsed(self, _table(head, rows))


def _strength(said: dict[str, Any]) -> str:
    return f"{said['measure']} {said['value']:g} {said['unit']}".removesuffix(" 1")


def _fields(schema: Any, prefix: str) -> Iterator[str]:
    meanings = docstring.parameters(cleandoc(schema.__doc__ or ""))
    hints = get_type_hints(schema)
    # Nested dataclasses come last, each under its own heading.
    for field in sorted(fields(schema), key=lambda field: is_dataclass(hints[field.name])):
        inner, name = hints[field.name], f"{prefix}{field.name}"
        if is_dataclass(inner):
            yield from (f".. rubric:: {name}: {meanings[field.name]}", "")
            yield from _fields(inner, f"{name}.")
        else:
            yield f"``{name}`` : {_type(inner)} = ``{_default(field)!r}``"
            yield from (f"    {meanings[field.name]}", "")


def _default(field: "Field[Any]") -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return "???" if field.default is MISSING else field.default


def _type(declared: Any) -> str:
    if get_origin(declared) is list and get_origin(get_args(declared)[0]) is Literal:
        return f"list of {_type(get_args(declared)[0])}"
    if get_origin(declared) is Literal:
        return " | ".join(f"``{choice}``" for choice in get_args(declared))
    return f"``{written(declared)}``"


def _component(registry: Registry, component: Component) -> list[str]:
    settings = registry.settings(component)
    rows = [
        (
            f"``{s.name}``",
            f"``{s.annotation}``",
            "required" if s.default is REQUIRED else f"``{s.default!r}``",
            _uncited(s.meaning),
        )
        for s in settings
    ]
    head = f"**{component.name}** ({component.distribution})"
    lines = [head, f"    {_uncited(registry.summary(component))}", ""]
    return [*lines, *_table(["setting", "type", "default", "meaning"], rows)] if rows else lines


def _uncited(sentence: str) -> str:
    """Leave out marks of references, whose list stands in the docstring alone."""
    return re.sub(r" \[\d+\]_", "", sentence)


def _table(head: Row, rows: Sequence[Row]) -> list[str]:
    widths = "25 20 17 38" if len(head) == 4 else "30 55 15"  # noqa: PLR2004
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {widths}", ""]
    for row in (head, *rows):
        lines += [f"   {'*' if index == 0 else ' '} - {cell}" for index, cell in enumerate(row)]
    return [*lines, ""]


def _parsed(directive: SphinxDirective, lines: list[str]) -> list[nodes.Node]:
    text = StringList(lines, source=directive.get_source_info()[0])
    return directive.parse_text_to_nodes("\n".join(text))


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("settings", Settings)
    app.add_directive("components", Components)
    app.add_directive("plugin", Plugin)
    app.add_directive("kinds", Kinds)
    app.add_directive("jet-bank", JetBank)
