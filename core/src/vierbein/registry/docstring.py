"""Read a NumPy docstring: its first paragraph, and what it says of each parameter."""

import re
from typing import Final

SECTION: Final = re.compile(
    r"^Parameters\n-{3,}\n(.*?)(?=^\S[^\n]*\n-{3,}\n|\Z)", re.MULTILINE | re.DOTALL
)


def first_paragraph(docstring: str | None) -> str:
    """Give the text before the first blank line, in one line; of a docstring without indents."""
    return " ".join((docstring or "").partition("\n\n")[0].split())


def parameters(docstring: str | None) -> dict[str, str]:
    r"""Read the Parameters section of a docstring without indents: name -> meaning.

    Parameters
    ----------
    docstring
        NumPy style; None if there is none.

    Returns
    -------
    dict
        One line of meaning by name, in the docstring's order; empty without a section.

    Examples
    --------
    >>> parameters("One line.\n\nParameters\n----------\nrank, alpha\n    Size of the update.\n")
    {'rank': 'Size of the update.', 'alpha': 'Size of the update.'}
    """
    section = SECTION.search(docstring or "")
    meanings: dict[str, str] = {}
    names: list[str] = []
    for line in section[1].splitlines() if section else ():
        if line and not line[0].isspace():
            names = [name.strip(" *`") for name in line.partition(":")[0].split(",")]
            meanings.update(dict.fromkeys(names, ""))
        else:
            for name in names:
                meanings[name] = f"{meanings[name]} {line.strip()}".strip()
    return meanings
