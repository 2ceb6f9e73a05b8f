"""sha256 of files and of plain data."""

import hashlib
import json
from pathlib import Path
from typing import Any


def sha256_of(path: Path) -> str:
    """Hash a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_data(data: Any) -> str:
    """Hash plain data by its canonical JSON.

    Parameters
    ----------
    data
        Of dicts, lists, text, finite numbers, truth values and None.

    Returns
    -------
    str
        64 hexadecimal digits; the order of keys does not count.

    Examples
    --------
    >>> sha256_of_data({"b": 1, "a": 2}) == sha256_of_data({"a": 2, "b": 1})
    True
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
