"""Say what a component is, from its source."""

import re
from collections.abc import Sequence
from typing import Final

from vierbein.registry.locate import source_file

DOCSTRING: Final = re.compile(r"(?:\([^)]*\))?:?\s*(?:#[^\n]*\n\s*)*[rR]?(?:\"\"\"|''')\s*([^\n]*)")


def summary(target: str, path: Sequence[str] | None = None) -> str:
    """Give the first line of a docstring, so cheaply that a list can afford it.

    Parameters
    ----------
    target
        `package.module:Class`, or a module.
    path
        Folders to look in before the import path.

    Returns
    -------
    str
        The line; "" where it would take a parser to find it.
    """
    module, _, name = target.partition(":")
    file = source_file(module, path)
    if file is None:
        return ""
    text = f"\n{file.read_text('utf-8', errors='replace')}"
    head = f"\nclass {name}" if name else "\n"
    start = text.find(head)
    found = DOCSTRING.match(text, start + len(head)) if start >= 0 else None
    return found[1].removesuffix('"""').removesuffix("'''").strip() if found else ""


def about(target: str, path: Sequence[str] | None = None) -> tuple[str, str]:
    """Give the first paragraph of a class's docstring, and where the class is.

    Parameters
    ----------
    target
        `package.module:Class`, or a module.
    path
        Folders to look in before the import path.

    Returns
    -------
    tuple[str, str]
        The paragraph, and `file:line`; "" for what the source does not plainly say.
    """
    import ast  # noqa: PLC0415 - a list must not pay for a parser

    from vierbein.registry import docstring  # noqa: PLC0415
    from vierbein.registry.source import NotPlainError, find_class  # noqa: PLC0415

    module, _, name = target.partition(":")
    try:
        found = find_class(module, name, path)
    except NotPlainError:
        return summary(target, path), str(source_file(module, path) or "")
    paragraph = docstring.first_paragraph(ast.get_docstring(found.node))
    return paragraph, f"{found.file}:{found.node.lineno}"
