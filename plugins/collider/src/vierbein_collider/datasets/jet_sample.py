"""The jets that are shipped with this package."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import vierbein_collider
from vierbein.errors.files import HashMismatchError
from vierbein.errors.records import UnreadableFileError
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset
from vierbein_collider.jet_file import read_jets


class JetSample(Dataset):
    """QCD and top jets made by `PythiaJets`, half and half, shipped so that no generator is needed.

    Parameters
    ----------
    domain
        Which detector saw them.
    """

    def __init__(self, domain: Literal["cms", "atlas", "calo"] = "cms") -> None:
        folder = Path(vierbein_collider.__file__).parent / "sample"
        self.path = folder / f"{domain}.parquet"
        self.card: dict[str, Any] = json.loads((folder / f"{domain}.json").read_text("utf-8"))

    def provenance(self) -> dict[str, Any]:
        """Give name, size and sha256, and the command that made the file."""
        return {
            "file": self.path.name,
            **{name: self.card[name] for name in ("size", "sha256", "command", "seed", "versions")},
        }

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Stream blocks of jets, after the file's bytes have been checked.

        Parameters
        ----------
        columns
            Names of the columns wanted.

        Yields
        ------
        Records
            One row group of the file, with those columns.

        Raises
        ------
        UnreadableFileError
            If the file is missing.
        HashMismatchError
            If its bytes are not those that its card names.
        """
        if not self.path.exists():
            raise UnreadableFileError(
                str(self.path), "there is no such file", f"the sample of {self.card['size']} bytes"
            )
        found = hashlib.sha256(self.path.read_bytes()).hexdigest()
        if found != self.card["sha256"]:
            raise HashMismatchError(str(self.path), self.card["sha256"], found)
        yield from read_jets(self.path, columns)
