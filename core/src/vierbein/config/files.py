"""Read a configuration file: plain YAML, checked before Hydra sees it."""

from pathlib import Path
from typing import Any

from hydra.plugins.config_source import ConfigSource
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError  # type: ignore[import-untyped]

from vierbein.config.foreign import refuse_file
from vierbein.errors.settings import BadFileError


def read(file: Path) -> tuple[str | None, dict[str, Any]]:
    """Read a file that Hydra shall compose from.

    Parameters
    ----------
    file
        By anybody.

    Returns
    -------
    tuple[str | None, dict[str, Any]]
        Its package header, and plain data; references are left as they stand.

    Raises
    ------
    BadFileError
        If it is no YAML mapping, or its defaults are no defaults list.
    ReservedKeyError, HydraKeyError
        If it sets what no configuration may set.
    """
    header, content = parse(file)
    entries = content.get("defaults", [])
    if not isinstance(entries, list) or not all(map(_is_entry, entries)):
        expected = "a list of  - NAME  or  - [override] /GROUP[@PLACE]: NAME or [NAME, ...]"
        raise BadFileError(str(file), "its defaults are no defaults list", expected)
    refuse_file(str(file), header or "", content)
    return header, content


def parse(file: Path) -> tuple[str | None, dict[str, Any]]:
    """Read a YAML or JSON mapping and its package header, whatever it says."""
    try:
        text = file.read_text(encoding="utf-8")
        header = ConfigSource._get_header_dict(text)["package"]  # noqa: SLF001 - Hydra's own reading
        content: Any = OmegaConf.to_container(OmegaConf.create(text))
    except (YAMLError, OSError, ValueError, OmegaConfBaseException) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        reason = line + str(getattr(error, "problem", None) or error).splitlines()[0]
        raise BadFileError(str(file), reason, "YAML") from error
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise BadFileError(str(file), "it is no mapping", "lines of  name: value")
    return header, content


def _is_entry(entry: object) -> bool:
    """Tell whether Hydra can read an entry of a defaults list."""
    if not isinstance(entry, dict):
        return isinstance(entry, str)
    names = [name for value in entry.values() for name in _as_list(value)]
    return len(entry) == 1 and all(isinstance(text, str) for text in (*entry, *names))


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
