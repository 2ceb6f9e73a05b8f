"""JSON from strangers: plain data, in which nothing can be an instruction."""

import json
import math
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from vierbein.errors.bundles import BundleContentError, UnsafeBundleError

_LARGEST: Final = 2**24


def dump(data: Any) -> bytes:
    """Write plain data in their own order: that of a mapping's features is that of its columns."""
    text = json.dumps(data, indent=1, allow_nan=False)
    return (text + "\n").encode()


def parse(data: bytes, file: str, entry: str) -> dict[str, Any]:
    """Read a JSON mapping, if it is safe wherever it may end up.

    Parameters
    ----------
    data
        Its bytes.
    file
        The bundle, for errors.
    entry
        The file inside it.

    Returns
    -------
    dict
        Plain data: no key begins with an underscore (`_target_`), no text holds `${`, every number
        is finite.

    Raises
    ------
    UnsafeBundleError
        If it has what a configuration system would obey.
    BundleContentError
        If it is no JSON mapping.
    """
    if len(data) > _LARGEST:
        raise UnsafeBundleError(file, entry, f"is {len(data)} bytes of JSON, too many")

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(made := dict(found)) < len(found):
            raise UnsafeBundleError(file, entry, "names a key twice")
        return made

    def constant(word: str) -> None:
        raise UnsafeBundleError(file, entry, f"holds {word}, which is no number")

    try:
        content = json.loads(data, object_pairs_hook=pairs, parse_constant=constant)
        reason = unsafe(content)
    except (ValueError, RecursionError) as error:
        raise BundleContentError(file, entry, f"no JSON ({error})", "a JSON mapping") from error
    if reason:
        raise UnsafeBundleError(file, entry, reason)
    if not isinstance(content, dict):
        raise BundleContentError(file, entry, type(content).__name__, "a JSON mapping")
    return content


def unsafe(content: object, path: str = "") -> str:
    """Say what is not plain in nested data, or nothing.

    Parameters
    ----------
    content
        As a JSON file gives it.
    path
        Where it stands, dotted.

    Returns
    -------
    str
        The first thing that is not plain, in words; empty if all is.

    Examples
    --------
    >>> unsafe({"a": [{"_target_": "os.system"}]})
    "has the key 'a.0._target_', which begins with an underscore"
    >>> unsafe({"a": "${oc.env:HOME}"})
    "has '${' in 'a'"
    """
    if isinstance(content, str):
        return _unsafe_text(content, path)
    if isinstance(content, float) and not math.isfinite(content):  # JSON allows 1e999
        return f"holds a number too large in {path!r}"
    parts: list[tuple[str, Any]] = []
    if isinstance(content, Mapping):
        for key in content:
            here = f"{path}.{key}".lstrip(".")
            if str(key).startswith("_"):
                return f"has the key {here!r}, which begins with an underscore"
            if reason := _unsafe_text(str(key), here):
                return reason
        parts = [(f"{path}.{key}".lstrip("."), part) for key, part in content.items()]
    elif isinstance(content, list | tuple):
        parts = [(f"{path}.{place}".lstrip("."), part) for place, part in enumerate(content)]
    return next((reason for at, part in parts if (reason := unsafe(part, at))), "")


def _unsafe_text(text: str, path: str) -> str:
    where = f" in {path!r}" if path else ""
    if "${" in text:
        return f"has '${{'{where}"
    if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in text):
        return f"has a control character{where}, which a terminal would obey"
    return ""
