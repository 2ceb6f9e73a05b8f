"""One configuration file: plain data, and in which line everything stands."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]
from hydra.plugins.config_source import ConfigSource
from omegaconf._utils import get_yaml_loader

from vierbein.errors.settings import BadFileError

MOST_BYTES: Final = 256 * 1024
"""An experiment is a few kB; more than this is no configuration, and slow to read."""

MOST_LEVELS: Final = 40
LONGEST_NUMBER: Final = 100
YAML: Final = "tag:yaml.org,2002:"
SCALARS: Final = tuple(YAML + name for name in ("null", "bool", "int", "float", "str"))


@dataclass(frozen=True)
class Document:
    """What a file says.

    Parameters
    ----------
    file
        Where it was read.
    package
        Its `# @package` header.
    content
        Dicts, lists, text and numbers; references are left as they stand.
    lines
        Dotted path -> line, counted from 1; parts of a list by their place: `sizes.0`.
    """

    file: Path
    package: str | None
    content: dict[str, Any]
    lines: dict[str, int]

    def where(self, path: str) -> str:
        """Give `file:line` of a setting, or of what it stands in."""
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return f"{self.file}:{self.lines.get(path, 1)}"


def parse(file: Path) -> Document:
    """Read a YAML or JSON mapping, whatever it sets.

    Parameters
    ----------
    file
        By anybody.

    Returns
    -------
    Document
        Its data.

    Raises
    ------
    BadFileError
        If it is too large or nested too deeply, is no mapping in UTF-8, or has anything in it but
        plain data: anchors, which can unfold without end, and tags, which can name code.
    """
    try:
        text = _text(file)
        package = ConfigSource._get_header_dict(text)["package"]  # noqa: SLF001 - Hydra's own reading
        loader = get_yaml_loader()(text)
        root = loader.get_single_node()
        reading = _Reading(loader.construct_object)
        content = {} if root is None else reading.value(root, ())
    except OSError as error:
        raise BadFileError(str(file), str(error), "YAML") from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise BadFileError(f"{file}:{mark.line + 1 if mark else 1}", reason, "YAML") from error
    except RecursionError as error:
        raise BadFileError(f"{file}:1", "it is nested too deeply", "YAML") from error
    if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
        raise BadFileError(f"{file}:1", "it is no mapping", "lines of  name: value")
    return Document(file, package, content, reading.lines)


def _text(file: Path) -> str:
    with file.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadFileError(f"{file}:1", f"it has more than {MOST_BYTES} bytes", "a short file")
    return data.decode("utf-8")


@dataclass
class _Reading:
    """Makes data of YAML's nodes, and nothing else."""

    construct: Callable[[Any], Any]
    lines: dict[str, int] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def value(self, node: Any, path: tuple[str, ...]) -> Any:
        if path:
            self.lines.setdefault(".".join(path), node.start_mark.line + 1)
        if id(node) in self.seen:
            raise _refused(node, "anchors (&name, *name) are refused; write ${path.of.setting}")
        self.seen.add(id(node))
        if len(path) > MOST_LEVELS:
            raise _refused(node, "it is nested too deeply")
        if node.tag == f"{YAML}seq":
            return [self.value(part, (*path, str(n))) for n, part in enumerate(node.value)]
        if node.tag == f"{YAML}map":
            return self._mapping(node, path)
        if node.tag not in SCALARS:
            raise _refused(node, f"the YAML tag {node.tag.removeprefix(YAML)!r} is refused")
        if node.tag == f"{YAML}int" and len(node.value) > LONGEST_NUMBER:
            raise _refused(node, f"a number of {len(node.value)} digits")
        try:
            return self.construct(node)
        except (ValueError, TypeError) as error:  # `!!int x`
            raise _refused(node, str(error)) from error

    def _mapping(self, node: Any, path: tuple[str, ...]) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for name, part in node.value:
            key = self.value(name, ()) if name.tag in SCALARS else None
            if key is None:
                raise _refused(name, "a key must be text or a number, and no <<")
            if key in result:
                raise _refused(name, f"found duplicate key {key}")
            here = (*path, str(key))
            self.lines[".".join(here)] = name.start_mark.line + 1
            result[key] = self.value(part, here)
        return result


def _refused(node: Any, problem: str) -> Exception:
    error: Exception = yaml.constructor.ConstructorError(
        problem=problem, problem_mark=node.start_mark
    )
    return error
