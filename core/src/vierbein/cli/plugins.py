"""`vierbein plugins`: list what is installed, show one component, check all of them, and more."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from importlib import import_module
from itertools import groupby

from vierbein.cli.output import columns, print_json, print_problems
from vierbein.cli.run import LOCK
from vierbein.errors.plugins import (
    DisabledError,
    UnknownDistributionError,
    UnknownKindError,
)
from vierbein.registry.component import Component, canonical
from vierbein.registry.installed import Registry, installed
from vierbein.registry.kinds import SPECIAL, meaning

_VERBS = {
    "list": "List components, reading metadata only.",
    "show": "Show a component's settings and origin.",
    "new": "Write a plugin whose tests pass: a class, its entry point, its contract test.",
    "check": "Import every component; exit status 2 if something is wrong.",
    "doctor": "Examine every plugin in fresh processes: import times, conflicts, what is stale or "
    "broken, and the cure; exit status 2 if something is wrong.",
    "lock": "Write down versions and hashes of what a run uses, for vierbein run --locked.",
}
_ELSEWHERE = {
    "show": "vierbein.cli.plugin_page",
    "new": "vierbein.cli.plugins_new",
    "doctor": "vierbein.cli.plugins_doctor",
    "lock": "vierbein.cli.plugins_lock",
}


def add(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Declare the command and its words."""
    parser = subparsers.add_parser(
        "plugins", help="installed plugins", description="What is installed, and whether it works."
    )
    verbs = parser.add_subparsers(dest="verb", metavar=" | ".join(_VERBS), required=True)
    verb = {name: verbs.add_parser(name, description=about) for name, about in _VERBS.items()}
    verb["list"].add_argument("--kind", help="only this kind: backbone, tuner, hooks, command ...")
    verb["show"].add_argument(
        "name", metavar="NAME", help="NAME, kind=NAME, dist/NAME or kind=dist/NAME"
    )
    verb["new"].add_argument("name", metavar="NAME", help="of the distribution: vierbein-lab")
    verb["new"].add_argument("--kind", required=True, help="backbone, tuner, safeguard, hooks ...")
    verb["new"].add_argument("--dir", default=".", metavar="D", help="where its folder is made")
    verb["new"].add_argument(
        "--licence", default="Apache-2.0", metavar="L", help="Apache-2.0, MIT or BSD-3-Clause"
    )
    verb["lock"].add_argument("-o", "--output", default=LOCK, metavar="FILE")
    verb["lock"].add_argument(
        "words",
        nargs="*",
        metavar="RUN | KEY=VALUE",
        help="what a run uses, or an experiment's words; without: all that is installed",
    )
    verb["check"].add_argument("distribution", nargs="?", metavar="DIST", help="only this plugin")
    verb["doctor"].add_argument(
        "distributions", nargs="*", metavar="DIST", help="only these plugins; without: all"
    )
    for name in ("list", "show", "check", "doctor"):
        verb[name].add_argument("--json", action="store_true", help="print JSON")


def run(arguments: Namespace) -> int:
    """Do what was asked; what one verb alone needs is imported for it alone."""
    registry = installed()
    if arguments.verb == "list":
        return _list(registry, arguments)
    if arguments.verb == "check":
        return _check(registry, arguments)
    module = import_module(_ELSEWHERE[arguments.verb])
    return int(getattr(module, arguments.verb)(registry, arguments))


def _list(registry: Registry, arguments: Namespace) -> int:
    from vierbein.registry.stale import stale_problems

    kinds = (*registry.kinds(), *SPECIAL)
    if arguments.kind and arguments.kind not in kinds:
        raise UnknownKindError(arguments.kind, kinds)
    wanted = [arguments.kind] if arguments.kind else kinds
    components = [c for c in registry.components if c.kind in wanted]
    problems = [*registry.problems, *stale_problems(registry.plugins.values())]
    if arguments.json:
        rows = [{**c._asdict(), "summary": registry.summary(c)} for c in components]
        print_json(
            components=rows,
            sets={kind: _members(registry, kind) for kind in wanted if registry.sets(kind)},
            switched_off=_switched_off(registry),
            problems=[problem._asdict() for problem in problems],
        )
        return 0
    _print_components(registry, components)
    empty = [kind for kind in wanted if kind not in {c.kind for c in components}]
    if empty and (not arguments.kind or not components):
        print(f"Nothing installed of: {', '.join(empty)}")
    for variable, names in _switched_off(registry).items():
        print(f"Switched off by {variable}: {', '.join(names)}")
    if components:
        print("The settings of one:  vierbein plugins show NAME")
    print_problems(problems)
    return 0


def _print_components(registry: Registry, components: list[Component]) -> None:
    rows = {c: (registry.shortest(c), f"{c.distribution} {c.version}") for c in components}
    widths = [max(len(row[column]) for row in rows.values()) for column in (0, 1)] if rows else []
    width = columns()
    for kind, group in groupby(rows, lambda c: c.kind):
        print(f"{kind}: {meaning(kind)}".removesuffix(": "))
        for c in group:
            name, origin = (f"{t:<{length}}" for t, length in zip(rows[c], widths, strict=True))
            line = f"  {name}   {origin}   {registry.summary(c)}".rstrip()
            print(line if not width or len(line) <= width else f"{line[: width - 1]}…")
        for name, members in _members(registry, kind).items():
            print(f"  {name:<{widths[0]}}   a set: {', '.join(members)}")
        print()


def _members(registry: Registry, kind: str) -> dict[str, tuple[str, ...]]:
    return {name: preset.names for name, preset in registry.sets(kind).items()}


def _check(registry: Registry, arguments: Namespace) -> int:
    from vierbein.registry.check import check_component
    from vierbein.registry.stale import stale_problems

    only = arguments.distribution and canonical(arguments.distribution)
    if only and only not in map(canonical, registry.plugins):
        raise UnknownDistributionError(arguments.distribution, sorted(registry.plugins))
    components = [c for c in registry.components if only in {None, canonical(c.distribution)}]
    found = {component: check_component(registry, component) for component in components}
    general = [*registry.problems, *stale_problems(registry.plugins.values())]
    problems = [
        p for p in general if not only or only in map(canonical, p.distribution.split(", "))
    ]
    problems += [problem for faults in found.values() for problem in faults]
    if arguments.json:
        rows = [{**c._asdict(), "is_sound": not faults} for c, faults in found.items()]
        print_json(components=rows, problems=[problem._asdict() for problem in problems])
        return 2 if problems else 0
    width = max((len(f"{c.kind}={c.qualified}") for c in components), default=0)
    for c, faults in found.items():
        word = "wrong" if faults else "sound"
        print(f"  {word}   {f'{c.kind}={c.qualified}':<{width}}   {c.version}")
    print_problems(problems)
    print(f"\nComponents imported: {len(components)}. Problems found: {len(problems)}.")
    return 2 if problems else 0


def _switched_off(registry: Registry) -> dict[str, list[str]]:
    """Name the distributions that each environment variable switches off."""
    found: dict[str, set[str]] = {}
    for component, reason in registry.withheld:
        if isinstance(reason, DisabledError):
            found.setdefault(reason.variable, set()).add(component.distribution)
    return {variable: sorted(names) for variable, names in found.items()}
