"""`vierbein plugins new`: write a plugin whose tests pass."""

import re
from argparse import Namespace
from datetime import UTC, datetime
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

from vierbein.cli.main import COMMANDS
from vierbein.cli.scaffold.distribution import CI, TEMPLATES, plugin_files, source
from vierbein.cli.scaffold.licences import LICENCES
from vierbein.cli.scaffold.names import Names, names_of
from vierbein.errors.plugins import NoTemplateError, TakenNameError, UnknownLicenceError
from vierbein.registry.component import canonical
from vierbein.registry.installed import Registry
from vierbein.registry.known import provider
from vierbein.storage.atomic import new_folder


def new(registry: Registry, arguments: Namespace) -> int:
    """Write it, or nothing; say what to do next."""
    kind, names = arguments.kind, names_of(arguments.name)
    if kind not in TEMPLATES:
        raise NoTemplateError(kind, TEMPLATES)
    if arguments.licence not in LICENCES:
        raise UnknownLicenceError(arguments.licence, tuple(LICENCES))
    folder = Path(arguments.dir, names.distribution)
    for what, owner in _owners(registry, kind, names, folder).items():
        if owner:
            raise TakenNameError(names.distribution, what, owner)
    year = datetime.now(UTC).year
    with new_folder(folder) as draft:
        files = plugin_files(kind, names, arguments.licence, year)
        for path, text in files.items():
            (draft / path).parent.mkdir(parents=True, exist_ok=True)
            (draft / path).write_text(text, "utf-8")
        (draft / CI).chmod(0o755)
    article = "an" if kind.startswith(tuple("aeiou")) else "a"
    print(f"{folder} holds {article} {kind}:")
    print("".join(f"  {path}\n" for path in files))
    print(f"Next:\n  pip install -e {folder}\n  pytest {folder}")
    return 0


def _owners(registry: Registry, kind: str, names: Names, folder: Path) -> dict[str, str]:
    """Say who has each of the names; "" for nobody."""
    name, component = canonical(names.distribution), names.component
    there = next((d for d in distributions() if canonical(d.name or "") == name), None)
    everything = [*registry.components, *(withheld.component for withheld in registry.withheld)]
    of_kind = {
        c.name: f"{c.distribution} {c.version} offers it" for c in everything if c.kind == kind
    }
    presets = {key: f"{p.distribution} has a preset" for key, p in registry.presets(kind).items()}
    commands = dict.fromkeys(COMMANDS if kind == "command" else (), "it is vierbein's own")
    known = provider(kind, component)
    return {
        "folder": f"{folder} exists" if folder.exists() else "",
        "distribution": f"{there.name} {there.version} is installed" if there else "",
        "package": f"Python already imports {names.package}" if find_spec(names.package) else "",
        f"{kind} {component}": (of_kind | presets | commands).get(component)
        or (f"{known} offers it" if known else ""),
        f"class {names.class_name}": "the template uses that word itself"
        if re.search(rf"\b{names.class_name}\b", source(kind))
        else "",
    }
