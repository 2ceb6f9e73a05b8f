"""`vierbein config check FILE`: say what is wrong with a configuration, without running it."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vierbein.registry.installed import Registry, installed


def add(subparsers: "_SubParsersAction[ArgumentParser]") -> None:
    """Declare the command and its words."""
    parser = subparsers.add_parser("config", help="check a configuration")
    verbs = parser.add_subparsers(dest="verb", metavar="check", required=True)
    verb = verbs.add_parser(
        "check",
        description="Compose an experiment or a preset, or hold a run's stored configuration.json "
        "against what is installed now. Exit status 2 if something is wrong. Nothing is run.",
    )
    verb.add_argument("file", type=Path, metavar="FILE", help="a .yaml or .json file")
    verb.add_argument(
        "overrides", nargs="*", metavar="OVERRIDE", help="as for `vierbein run`: seed=3 tuner=lora"
    )


def run(arguments: Namespace) -> int:
    """Check the file, and say which components it uses."""
    from vierbein.config.configuration import components

    registry = installed()
    content = _checked(arguments.file, arguments.overrides, registry)
    used = components(content, registry)
    places = max(map(len, used), default=0)
    names = max((len(component.name) for component in used.values()), default=0)
    print(f"{arguments.file} is right. It uses {'these components:' if used else 'no component.'}")
    for place, component in used.items():
        origin = f"{component.distribution} {component.version}"
        print(f"  {place:<{places}}   {component.name:<{names}}   {origin}")
    return 0


def _checked(file: Path, overrides: list[str], registry: Registry) -> Mapping[str, Any]:
    from vierbein.config.compose import compose
    from vierbein.config.configuration import checked
    from vierbein.config.document import parse
    from vierbein.config.overrides import quoted
    from vierbein.config.plain import plain
    from vierbein.errors.settings import SettingError
    from vierbein.experiment.inside import require_inside
    from vierbein.experiment.settings import RunSettings

    stored = parse(file)
    if file.suffix == ".json":
        try:
            return checked(stored.content, RunSettings, registry)
        except SettingError as error:
            raise error.at(stored.where(error.path)) from error
    kind = file.absolute().parent.name
    group = kind if kind in registry.kinds() else "experiment"
    own = Path("conf", group, file.name)
    name = file.stem if own.exists() and own.samefile(file) else str(file.absolute())
    choice = f"{group}={quoted(name)}"
    composition = compose(RunSettings, [choice, *overrides], registry=registry)
    content: Mapping[str, Any] = plain(composition.config)
    require_inside(content, overrides, Path())
    return content
