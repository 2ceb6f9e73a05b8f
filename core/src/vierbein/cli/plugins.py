"""`vierbein plugins`: list what is installed, show one component, check all of them."""

import os
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

import vierbein
from vierbein.errors.plugins import (
    AmbiguousNameError,
    DisabledError,
    UnknownDistributionError,
    UnknownKindError,
    UnknownNameError,
)
from vierbein.registry.component import Component, canonical
from vierbein.registry.installed import Registry, installed
from vierbein.registry.kinds import API, SPECIAL, meaning
from vierbein.registry.problem import Problem
from vierbein.registry.setting import REQUIRED, Setting

LONGEST: Final = 24
"""Characters of a default that the table still shows in its column."""


def add(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Declare the command and its words."""
    parser = subparsers.add_parser(
        "plugins", help="installed plugins", description="What is installed, and whether it works."
    )
    verbs = parser.add_subparsers(dest="verb", metavar="list | show | check", required=True)
    verb = verbs.add_parser("list", description="List components, reading metadata only.")
    verb.add_argument("--kind", help="only this kind: backbone, tuner, hooks, command ...")
    verb.add_argument("--json", action="store_true", help="print JSON")
    verb = verbs.add_parser("show", description="Show a component's settings and origin.")
    verb.add_argument("name", metavar="NAME", help="NAME, kind=NAME, dist/NAME or kind=dist/NAME")
    verb.add_argument("--json", action="store_true", help="print JSON")
    verb = verbs.add_parser(
        "check",
        description="Import every component; exit status 2 if something is wrong.",
    )
    verb.add_argument("distribution", nargs="?", metavar="DIST", help="only this plugin")
    verb.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: Namespace) -> int:
    """Do what was asked."""
    verbs = {"list": _list, "show": _show, "check": _check}
    return verbs[arguments.verb](installed(), arguments)


def _list(registry: Registry, arguments: Namespace) -> int:
    from vierbein.registry.stale import stale_problems

    kinds = (*registry.kinds(), *SPECIAL)
    if arguments.kind and arguments.kind not in kinds:
        raise UnknownKindError(arguments.kind, kinds)
    wanted = [arguments.kind] if arguments.kind else kinds
    components = [c for c in registry.components if c.kind in wanted]
    problems = [*registry.problems, *stale_problems(registry.plugins.values())]
    if arguments.json:
        rows = [{**_identity(c), "summary": registry.summary(c)} for c in components]
        _print_json(problems, components=rows, switched_off=_switched_off(registry))
        return 0
    _print_components(registry, components)
    empty = [kind for kind in wanted if kind not in {c.kind for c in components}]
    if empty and (not arguments.kind or not components):
        print(f"Nothing installed of: {', '.join(empty)}")
    for name, variable in _switched_off(registry).items():
        print(f"Switched off by {variable}: {name}")
    if components:
        print("The settings of one:  vierbein plugins show NAME")
    _print_problems(problems)
    return 0


def _print_components(registry: Registry, components: list[Component]) -> None:
    rows = {c: (registry.shortest(c), f"{c.distribution} {c.version}") for c in components}
    widths = [max(len(row[column]) for row in rows.values()) for column in (0, 1)] if rows else []
    columns = _columns()
    for kind, group in groupby(rows, lambda c: c.kind):
        print(f"{kind}: {meaning(kind)}".removesuffix(": "))
        for c in group:
            name, origin = (f"{t:<{width}}" for t, width in zip(rows[c], widths, strict=True))
            line = f"  {name}   {origin}   {registry.summary(c)}".rstrip()
            print(line if not columns or len(line) <= columns else f"{line[: columns - 1]}…")
        print()


def _show(registry: Registry, arguments: Namespace) -> int:
    component = _pick(registry, arguments.name)
    settings = registry.settings(component)
    paragraph, place = registry.about(component)
    presets = {
        name: preset
        for name, preset in registry.presets(component.kind).items()
        if preset.builds_on(component)
    }
    if arguments.json:
        _print_json(
            **_identity(component),
            about=paragraph,
            place=place,
            settings=[_setting_json(setting) for setting in settings],
            presets={name: str(preset.path) for name, preset in presets.items()},
        )
        return 0
    import textwrap

    kind, name = component.kind, registry.shortest(component)
    columns = _columns() or 100
    print(f"{kind}={name}   {component.distribution} {component.version}")
    print(textwrap.fill(paragraph, columns, initial_indent="  ", subsequent_indent="  "))
    print(f"\n  class   {component.target}\n  source  {place}\n")
    _print_settings(settings, columns)
    if presets:
        print(f"  Presets:  {'   '.join(f'{kind}={preset}' for preset in presets)}\n")
    if kind not in SPECIAL:
        print(f"  In a run:  vierbein run experiment=NAME {kind}={name}{_example(kind, settings)}")
    return 0


def _example(kind: str, settings: tuple[Setting, ...]) -> str:
    """Write overrides: every setting that must be given, else the first that is one word."""
    needed = [s for s in settings if s.default is REQUIRED]
    words = [s for s in settings if isinstance(s.default, str | int | float) and s.default != ""]
    return "".join(
        f" {kind}.{s.name}={'...' if s.default is REQUIRED else _value(s.default)}"
        for s in needed or words[:1]
    )


def _print_settings(settings: tuple[Setting, ...], columns: int) -> None:
    import textwrap

    if not settings:
        print("  It has no settings.\n")
        return
    rows = [("setting", "type", "default", "meaning")]
    for s in settings:
        default = _value(s.default)
        is_long = len(default) > LONGEST
        text = f"{s.meaning} Default: {default}" if is_long else s.meaning
        rows.append((s.name, _type(s), "(below)" if is_long else default, text))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    indent = sum(widths) + 3 * 3 + 2
    for *cells, text in rows:
        line = "   ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        wrapped = textwrap.wrap(text, max(columns - indent, 30)) or [""]
        print(f"  {line}   {wrapped[0]}".rstrip())
        for more in wrapped[1:]:
            print(" " * indent + more)
    print()


def _check(registry: Registry, arguments: Namespace) -> int:
    from vierbein.registry.check import check_component
    from vierbein.registry.stale import stale_problems

    only = arguments.distribution and canonical(arguments.distribution)
    if only and only not in map(canonical, registry.plugins):
        raise UnknownDistributionError(arguments.distribution, sorted(registry.plugins))
    components = [c for c in registry.components if only in {None, canonical(c.distribution)}]
    found = {component: check_component(registry, component) for component in components}
    general = [*registry.problems, *stale_problems(registry.plugins.values())]
    problems = [p for p in general if only in {None, canonical(p.distribution)}]
    problems += [problem for faults in found.values() for problem in faults]
    if arguments.json:
        rows = [{**_identity(c), "is_sound": not faults} for c, faults in found.items()]
        _print_json(problems, components=rows)
        return 2 if problems else 0
    width = max((len(f"{c.kind}={c.qualified}") for c in components), default=0)
    for c, faults in found.items():
        word = "wrong" if faults else "sound"
        print(f"  {word}   {f'{c.kind}={c.qualified}':<{width}}   {c.version}")
    _print_problems(problems)
    print(
        f"\n{len(components)} components were imported; "
        f"{len(problems) or 'no'} problem{'s' * (len(problems) != 1)} found."
    )
    return 2 if problems else 0


def _pick(registry: Registry, asked: str) -> Component:
    """Find the component that `show` is asked for, by name alone or with its kind."""
    kind, equals, name = asked.rpartition("=")
    if equals:
        return registry.find(kind, name)
    kinds = registry.kinds_of(name)
    if len(kinds) > 1:
        raise AmbiguousNameError(name, [f"{kind}={name}" for kind in kinds])
    if not kinds:
        raise UnknownNameError(name, sorted({c.name for c in registry.components}))
    return registry.find(kinds[0], name)


def _identity(component: Component) -> dict[str, str]:
    fields = ("kind", "name", "distribution", "version", "target")
    return {field: getattr(component, field) for field in fields}


def _switched_off(registry: Registry) -> dict[str, str]:
    return {
        withheld.component.distribution: withheld.reason.variable
        for withheld in registry.withheld
        if isinstance(withheld.reason, DisabledError)
    }


def _setting_json(setting: Setting) -> dict[str, Any]:
    is_required = setting.default is REQUIRED
    return {
        "name": setting.name,
        "type": setting.annotation,
        "is_required": is_required,
        "default": None if is_required else setting.default,
        "choices": setting.choices,
        "meaning": setting.meaning,
    }


def _type(setting: Setting) -> str:
    return " | ".join(map(_value, setting.choices)) if setting.choices else setting.annotation


def _value(value: Any) -> str:
    """Write a value as an override takes it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_value(item)}' for key, item in value.items())}}}"
    words = {"REQUIRED": "required", "None": "null", "True": "true", "False": "false", "": "''"}
    return words.get(str(value), str(value))


def _columns() -> int:
    """Give the terminal's width; 0 where the output is no terminal."""
    return os.get_terminal_size().columns if sys.stdout.isatty() else 0


def _print_problems(problems: list[Problem]) -> None:
    if problems:
        print(f"\nProblems ({len(problems)}):")
    for problem in problems:
        print("  - " + problem.message.replace("\n", "\n    "))


def _print_json(problems: list[Problem] | None = None, /, **document: Any) -> None:
    import json

    head: dict[str, Any] = {"vierbein": vierbein.__version__, "plugin_api": API}
    if problems is not None:
        document["problems"] = [problem._asdict() for problem in problems]
    print(json.dumps({**head, **document}, indent=2, default=str))
