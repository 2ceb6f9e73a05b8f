"""`vierbein plugins`: list what is installed, show one component, check all of them."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from itertools import groupby

from vierbein.cli.output import columns, print_json
from vierbein.errors.plugins import (
    DisabledError,
    UnknownDistributionError,
    UnknownKindError,
)
from vierbein.registry.component import Component, canonical
from vierbein.registry.installed import Registry, installed
from vierbein.registry.kinds import SPECIAL, meaning
from vierbein.registry.problem import Problem


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
    if arguments.verb == "show":
        from vierbein.cli.plugin_page import show

        return show(installed(), arguments)
    return (_list if arguments.verb == "list" else _check)(installed(), arguments)


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
    _print_problems(problems)
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
    _print_problems(problems)
    print(f"\nComponents imported: {len(components)}. Problems found: {len(problems)}.")
    return 2 if problems else 0


def _switched_off(registry: Registry) -> dict[str, list[str]]:
    """Name the distributions that each environment variable switches off."""
    found: dict[str, set[str]] = {}
    for component, reason in registry.withheld:
        if isinstance(reason, DisabledError):
            found.setdefault(reason.variable, set()).add(component.distribution)
    return {variable: sorted(names) for variable, names in found.items()}


def _print_problems(problems: list[Problem]) -> None:
    if problems:
        print(f"\nProblems ({len(problems)}):")
    for problem in problems:
        print("  - " + problem.message.replace("\n", "\n    "))
