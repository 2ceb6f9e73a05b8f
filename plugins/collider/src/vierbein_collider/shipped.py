"""Files of jets that are shipped with this package, each with its card."""

import hashlib
import json
from pathlib import Path
from typing import Any

import vierbein_collider
from vierbein.errors.files import HashMismatchError
from vierbein.errors.records import UnreadableFileError


class Shipped:
    """A file of jets; what its card says is checked before it is read.

    Parameters
    ----------
    name
        Its place in the folder of samples, without its ending.
    sha256
        What it must have; the card's if none is given.
    """

    def __init__(self, name: str, sha256: str = "") -> None:
        self.path = Path(vierbein_collider.__file__).parent / "sample" / f"{name}.parquet"
        card = self.path.with_suffix(".json").read_text("utf-8")
        self.card: dict[str, Any] = json.loads(card)
        self.sha256 = sha256 or self.card["sha256"]

    def provenance(self) -> dict[str, Any]:
        """Give name, size and sha256, and the command that made the file."""
        names = ("size", "command", "seed", "versions")
        return {
            "file": self.path.name,
            "sha256": self.sha256,
            **{name: self.card[name] for name in names},
        }

    def checked(self) -> Path:
        """Give the file, if its bytes are the right ones.

        Returns
        -------
        Path
            Of the Parquet file.

        Raises
        ------
        UnreadableFileError
            If the file is missing.
        HashMismatchError
            If its bytes are others.
        """
        if not self.path.exists():
            raise UnreadableFileError(
                str(self.path), "there is no such file", f"the sample of {self.card['size']} bytes"
            )
        found = hashlib.sha256(self.path.read_bytes()).hexdigest()
        if found != self.sha256:
            raise HashMismatchError(str(self.path), self.sha256, found)
        return self.path
