"""The table of hostile configurations."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).parent.parent / "configurations.yaml"


@dataclass(frozen=True)
class Case:
    """One configuration; configurations.yaml says what its parts mean."""

    name: str
    says: str
    text: str | None = None
    line: int | None = None
    kind: str = "experiment"
    words: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    lot: list[Any] = field(default_factory=list)
    encoding: str = "utf-8"
    not_by: list[str] = field(default_factory=list)

    def put(self, mark: Path, outside: Path) -> "Case":
        """Fill in where things are."""

        def fill(text: str) -> str:
            text = text.replace("@MARK@", str(mark)).replace("@OUTSIDE@", str(outside))
            return text.replace("LOT", self.lot[0] * self.lot[1]) if self.lot else text

        words = list(map(fill, self.words))
        return replace(self, text=None if self.text is None else fill(self.text), words=words)


def cases() -> list[Case]:
    """Read the table."""
    return [Case(**row) for row in yaml.safe_load(TABLE.read_text("utf-8"))]
