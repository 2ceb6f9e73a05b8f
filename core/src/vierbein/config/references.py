"""References between settings: `${training.steps}`, and nothing else that begins with `${`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from vierbein.config.plain import ABSENT
from vierbein.errors.settings import DanglingReferenceError

REFERENCE: Final = re.compile(r"(?<!\\)\$\{\s*(\.*[\w-]+(?:\.[\w-]+|\[[\w-]+\])*)\s*\}")
BEGIN: Final = re.compile(r"\\?\$\{")
MOST_REFERENCES: Final = 16
"""In one text."""

LONGEST: Final = 200
LONGEST_SHOWN: Final = 60

LARGEST: Final = 100_000
"""Characters and values that the references of a configuration may amount to."""

Path = tuple[str, ...]


def foreign(value: object) -> str | None:
    """Find what is no plain reference in a text: a resolver, one inside another, an escaped one.

    Parameters
    ----------
    value
        A setting; only text can hold references.

    Returns
    -------
    str or None
        The first that is found, cut short if it is long; None if there is none.

    Examples
    --------
    >>> foreign("runs/${name}"), foreign("at ${oc.env:HOME}"), foreign("${a.${b}}")
    (None, '${oc.env:HOME}', '${a.${b}}')
    """
    begun = list(BEGIN.finditer(value)) if isinstance(value, str) else []
    wrong = (found for found in begun if not _is_plain(found.string, found.start()))
    first = next(wrong, begun[MOST_REFERENCES] if len(begun) > MOST_REFERENCES else None)
    return first and first.string[first.start() :][:LONGEST_SHOWN]


def _is_plain(text: str, start: int) -> bool:
    return REFERENCE.match(text, start, start + LONGEST) is not None


def filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """Put what they refer to in the place of all references.

    OmegaConf could do it too; it would also call functions, and let ten lines unfold into more
    than a machine holds.

    Parameters
    ----------
    content
        A whole configuration, as plain data.

    Returns
    -------
    dict[str, Any]
        The same, and nothing in it refers to anything.

    Raises
    ------
    DanglingReferenceError
        If one leads nowhere, in a circle or to too much, or is none.
    """
    result: dict[str, Any] = _Filling(content).fill(content, ())
    return result


@dataclass
class _Filling:
    root: Mapping[str, Any]
    done: dict[Path, Any] = field(default_factory=dict)
    begun: set[Path] = field(default_factory=set)
    spent: int = 0

    def fill(self, node: Any, path: Path) -> Any:
        if isinstance(node, Mapping):
            return {key: self.fill(part, (*path, str(key))) for key, part in node.items()}
        if isinstance(node, list):
            return [self.fill(part, (*path, str(n))) for n, part in enumerate(node)]
        return self.text(node, path) if isinstance(node, str) and "${" in node else node

    def text(self, text: str, path: Path) -> Any:
        if path in self.done:
            return self.done[path]
        if path in self.begun:
            raise _dangling(path, "it leads back to itself")
        if wrong := foreign(text):
            raise _dangling(path, f"{wrong} is no plain reference")
        self.begun.add(path)
        try:
            if whole := REFERENCE.fullmatch(text):
                result = self.at(whole[1], path)
            else:
                result = REFERENCE.sub(lambda found: self.part(found[1], path), text)
        except RecursionError as error:
            raise _dangling(path, "references follow each other too long") from error
        if isinstance(result, str) and "${" in result:
            raise _dangling(path, "filled in, it would be a reference again")
        self.done[path] = result
        self.spend(result, path)
        return result

    def part(self, target: str, path: Path) -> str:
        value = self.at(target, path)
        if value == ABSENT or isinstance(value, Mapping | list):
            raise _dangling(path, f"{target!r} is no text and no number")
        return str(value)

    def at(self, target: str, path: Path) -> Any:
        """Give what a reference leads to: `a.b[0]` from the root, `.b` beside it."""
        up = len(target) - len(target.lstrip("."))
        start = path[:-up] if up else ()
        steps = start + tuple(re.findall(r"[\w-]+", target))
        node: Any = self.root
        for depth, step in enumerate(steps, 1):
            node = self.step(node, step, path, target)
            if isinstance(node, str):
                node = self.fill(node, steps[:depth])
        return self.fill(node, steps)

    def step(self, node: Any, step: str, path: Path, target: str) -> Any:
        if isinstance(node, Mapping):
            for key in node:
                if str(key) == step:
                    return node[key]
        if isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            return node[int(step)]
        raise _dangling(path, f"there is no setting {target!r}")

    def spend(self, value: Any, path: Path) -> None:
        waiting = [value]
        while waiting:
            part = waiting.pop()
            self.spent += len(part) if isinstance(part, str) else 1
            if self.spent > LARGEST:
                raise _dangling(path, "references amount to too much")
            parts = part.values() if isinstance(part, Mapping) else part
            waiting += parts if isinstance(part, Mapping | list) else ()


def _dangling(path: Path, reason: str) -> DanglingReferenceError:
    return DanglingReferenceError(".".join(path), reason)
