"""Find a class in a plugin's source without importing the plugin."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vierbein.registry.locate import source_file

MAX_HOPS: Final = 8
"""Re-exports that are followed before the import system is asked instead."""


class NotPlainError(Exception):
    """The source does not say plainly what is asked: only an import can tell."""


@dataclass(frozen=True)
class FoundClass:
    """A class statement, and the module around it.

    Parameters
    ----------
    module
        The module's dotted name.
    file
        The module's file.
    tree
        The whole module.
    node
        The class statement.
    """

    module: str
    file: Path
    tree: ast.Module
    node: ast.ClassDef


def find_class(
    module: str, name: str, path: Sequence[str] | None = None, hops: int = MAX_HOPS
) -> FoundClass:
    """Find a class statement, following `from x import name`.

    Parameters
    ----------
    module
        The module that offers the name.
    name
        The class's name there.
    path
        Folders to look in before the import path.
    hops
        Re-exports that may still be followed.

    Returns
    -------
    FoundClass
        The statement, where the class is really defined.

    Raises
    ------
    NotPlainError
        If the source is missing, cannot be parsed or makes the class in another way.
    """
    file = source_file(module, path)
    if file is None or not hops:
        raise NotPlainError(module)
    try:
        tree = ast.parse(file.read_bytes(), str(file))
    except (SyntaxError, ValueError, OSError) as fault:
        raise NotPlainError(module) from fault
    for node in reversed(tree.body):
        if isinstance(node, ast.ClassDef) and node.name == name:
            return FoundClass(module, file, tree, node)
        if isinstance(node, ast.Assign) and any(ast.unparse(t) == name for t in node.targets):
            break
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return find_class(_origin(node, module, file), alias.name, path, hops - 1)
    raise NotPlainError(f"{module}:{name}")


def _origin(node: ast.ImportFrom, module: str, file: Path) -> str:
    """Resolve the module of a `from x import y`, relative or not."""
    if not node.level:
        return node.module or ""
    parts = module.split(".") + (["__init__"] if file.name == "__init__.py" else [])
    return ".".join([*parts[: -node.level], *([node.module] if node.module else [])])
