"""A log of acts: lines are only ever added, and each holds the hash of the one before it."""

import getpass
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from vierbein.errors.blinding import TamperedLogError
from vierbein.storage.atomic import write_json
from vierbein.storage.hashing import sha256_of_data

LOG: Final = "seal/log.jsonl"
"""Where a sealed run keeps its log."""


class ActLog:
    """Who did what when, in lines of JSON that cannot be changed unnoticed.

    Beside it stands its head: how many lines there are, and the hash of the last. What was taken
    from the end shows by it. Whoever rewrites the whole chain and the head is noticed only by a
    copy of the head elsewhere, as the custodian's own log is.

    Parameters
    ----------
    path
        Of the log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._head = path.with_suffix(".head.json")

    def append(self, act: str, details: dict[str, Any]) -> dict[str, Any]:
        """Add an act, flushed to disk before this returns.

        Parameters
        ----------
        act
            What was done, in one word.
        details
            In plain data.

        Returns
        -------
        dict
            The line, with ``who``, ``when`` and its ``hash``.

        Raises
        ------
        TamperedLogError
            If the log is not what was written.
        """
        before = self.read()
        line: dict[str, Any] = {"number": len(before), "act": act, "who": _user(), **details}
        line["when"] = datetime.now(UTC).isoformat(timespec="seconds")
        line["previous"] = before[-1]["hash"] if before else ""
        line["hash"] = sha256_of_data(line)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(_written(line))
            file.flush()
            os.fsync(file.fileno())
        write_json(self._head, {"lines": len(before) + 1, "hash": line["hash"]})
        return line

    def read(self) -> list[dict[str, Any]]:
        """Give all acts, oldest first.

        Returns
        -------
        list
            One dict a line; none where there is no log.

        Raises
        ------
        TamperedLogError
            If a line was changed, moved, added between or taken out, or the end is missing.
        """
        if not self.path.exists() and not self._head.exists():
            return []
        try:
            text, head = self.path.read_text(), self._head.read_text()
            lines, said = [json.loads(line) for line in text.splitlines()], json.loads(head)
            fault = _fault(lines, said)
            # Equal data in other bytes: nothing that this class writes.
            if text != "".join(map(_written, lines)) or said.keys() != {"lines", "hash"}:
                fault = fault or "it is not written as it was"
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise TamperedLogError(str(self.path), f"no log: {type(error).__name__}") from error
        if fault:
            raise TamperedLogError(str(self.path), fault)
        return lines

    def of(self, act: str) -> Sequence[dict[str, Any]]:
        """Give the acts of one word."""
        return [line for line in self.read() if line["act"] == act]


def _fault(lines: Sequence[dict[str, Any]], head: Mapping[str, Any]) -> str:
    previous = ""
    for number, line in enumerate(lines):
        body = {key: value for key, value in line.items() if key != "hash"}
        is_linked = (body["number"], body["previous"]) == (number, previous)
        if not is_linked or sha256_of_data(body) != line["hash"]:
            return f"line {number + 1} does not fit"
        previous = line["hash"]
    num = head["lines"]
    # A process that was killed between the two writes leaves one line more than the head knows.
    if num not in (len(lines), len(lines) - 1) or num < 1 or lines[num - 1]["hash"] != head["hash"]:
        return f"{len(lines)} lines, where its head knows {num}"
    return ""


def _written(line: dict[str, Any]) -> str:
    return json.dumps(line, sort_keys=True) + "\n"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return f"uid {os.getuid()}"
