"""Whether a module owes anything to the networks that it is to check, by what it imports."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vierbein_safeguards.errors import NotIndependentError

ALLOWED: Final = (
    "collections",
    "dataclasses",
    "numpy",
    "sklearn",
    "typing",
    "vierbein.events",
)
"""All that an independent pipeline may import: of vierbein, the adapter's events alone."""

_DYNAMIC = {"__import__", "compile", "eval", "exec"}


def require_independent(module: Path) -> None:
    """Refuse a pipeline that imports anything but what is allowed.

    Modules of its own package are followed, imports inside functions are seen, and so is what would
    import by a name that is made at run time. The source is read; nothing is imported.

    Parameters
    ----------
    module
        The pipeline's file.

    Raises
    ------
    NotIndependentError
        If it does.
    """
    package, waiting, seen = module.parent.name, [module], set[Path]()
    foreign: list[str] = []
    while waiting:
        file = waiting.pop()
        seen.add(file)
        for name in _imported(ast.parse(file.read_text("utf-8"))):
            first, _, rest = name.partition(".")
            own = module.parent / f"{rest.partition('.')[0]}.py"
            if first == package and own.is_file():
                waiting += [own] if own not in seen else []
            elif not any(name == each or name.startswith(f"{each}.") for each in ALLOWED):
                foreign.append(f"{name} ({file.name})")
    if foreign:
        raise NotIndependentError(module.name, sorted(set(foreign)), ALLOWED)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield "." * node.level + f"{node.module or ''}.{alias.name}".strip(".")
        elif isinstance(node, ast.Name) and node.id in _DYNAMIC:
            yield node.id
