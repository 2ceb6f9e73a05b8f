"""What commands print: JSON for programs, lines that fit the terminal for people."""

import os
import sys
from typing import Any


def print_json(**document: Any) -> None:
    """Print a document, with the versions that it speaks of."""
    import json

    import vierbein
    from vierbein.registry.kinds import API

    head = {"vierbein": vierbein.__version__, "plugin_api": API}
    print(json.dumps({**head, **document}, indent=2, default=str))


def columns() -> int:
    """Give the terminal's width; 0 where the output is no terminal."""
    return os.get_terminal_size().columns if sys.stdout.isatty() else 0
