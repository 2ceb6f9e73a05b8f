"""`vierbein plugins doctor`: every plugin with its import times, and what is wrong with it."""

import platform
import sys
from argparse import Namespace
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import vierbein
from vierbein.cli.output import print_json, print_problems
from vierbein.errors.plugins import DisabledError, UnknownDistributionError
from vierbein.registry.component import Component, canonical
from vierbein.registry.examine import Examination, examine
from vierbein.registry.installed import Registry
from vierbein.registry.kinds import API
from vierbein.registry.problem import Problem
from vierbein.registry.stale import editable_folder, stale_problems
from vierbein.registry.walk import Plugin


def doctor(registry: Registry, arguments: Namespace) -> int:
    """Examine some plugins, or all; 2 if something is wrong."""
    known = {canonical(name): plugin for name, plugin in registry.plugins.items()}
    only = [canonical(name) for name in arguments.distributions] or sorted(known)
    for name in only:
        if name not in known:
            raise UnknownDistributionError(name, sorted(registry.plugins))
    plugins = [known[name] for name in dict.fromkeys(only)]
    problems = [*registry.problems, *stale_problems(plugins)]
    if arguments.distributions:
        problems = [p for p in problems if {*only} & {*map(canonical, p.distribution.split(", "))}]
    found = _examine(
        [c for c in registry.components if c.distribution in {p.name for p in plugins}]
    )
    problems += [p for examination in found.values() for p in examination.problems[0]]
    rows = [_row(registry, plugin, found, problems) for plugin in plugins]
    if arguments.json:
        print_json(
            python=platform.python_version(),
            distributions=rows,
            problems=[problem._asdict() for problem in problems],
        )
    else:
        _print(rows)
        print_problems(problems)
        print(f"\nDistributions: {len(rows)}. Problems found: {len(problems)}.")
    return 2 if problems else 0


def _examine(components: list[Component]) -> dict[Component, Examination]:
    """Import module after module, each in a fresh process, and say how far it has come."""
    by_module = sorted(components, key=lambda c: (c.module, c))
    groups = [list(group) for _, group in groupby(by_module, lambda c: c.module)]
    found = {}
    for number, group in enumerate(groups, 1):
        _say(f"{number}/{len(groups)}  {group[0].module}")
        examination = examine(group)
        for component, faults in zip(group, examination.problems, strict=True):
            found[component] = Examination(examination.seconds, (faults,))
    _say("")
    return found


def _say(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _row(
    registry: Registry,
    plugin: Plugin,
    found: dict[Component, Examination],
    problems: Iterable[Problem],
) -> dict[str, Any]:
    folder = editable_folder(plugin)
    own = {p.what for p in problems if plugin.name in p.distribution.split(", ")}
    return {
        "name": plugin.name,
        "version": plugin.version,
        "api": sorted({entry.api for entry in plugin.entries}),
        "editable": str(folder) if folder else None,
        "problems": sorted(own),
        "components": [
            *(
                _component(c, "wrong" if seen.problems[0] else "sound", seen.seconds)
                for c, seen in found.items()
                if c.distribution == plugin.name
            ),
            *(
                _component(
                    c, reason.variable if isinstance(reason, DisabledError) else "other version"
                )
                for c, reason in registry.withheld
                if c.distribution == plugin.name
            ),
        ],
    }


def _component(c: Component, state: str, seconds: float | None = None) -> dict[str, Any]:
    return {
        "kind": c.kind,
        "name": c.name,
        "target": c.target,
        "state": state,
        "import_seconds": seconds,
    }


def _print(rows: list[dict[str, Any]]) -> None:
    print(
        f"vierbein {vierbein.__version__}   plugin API v{API}   Python {platform.python_version()}"
    )
    for row in rows:
        api = " and ".join(f"v{number}" for number in row["api"])
        editable = f"   editable: {row['editable']}" if row["editable"] else ""
        wrong = f"   {', '.join(row['problems'])}" if row["problems"] else ""
        print(f"\n{row['name']} {row['version']}   API {api}{editable}{wrong}")
        for c in row["components"]:
            took = c["import_seconds"]
            seconds = "      -" if took is None else f"{took:5.2f} s"
            off = c["state"].startswith("VIERBEIN_")
            state = f"switched off by {c['state']}" if off else c["state"]
            print(f"  {seconds}   {c['kind']}={c['name']}   {state}")
