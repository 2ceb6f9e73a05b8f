"""The bank of signals that is shipped with this package."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

import vierbein_neutrino
from vierbein.errors.files import HashMismatchError
from vierbein.errors.records import UnreadableFileError
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset
from vierbein_neutrino.bank_file import read_bank
from vierbein_neutrino.errors import UnknownSignalError


class NeutrinoAnomalies(Dataset):
    """Signals that nothing was trained on, made by the generator of `NeutrinoEvents` and shipped.

    Each has a name and a strength; `samples` gives them one by one.

    Parameters
    ----------
    nucleus
        What the beam hits.
    anti
        Whether it is of antineutrinos.
    signal
        The name of one; all of them if not given.

    Raises
    ------
    UnknownSignalError
        If the bank has no such signal.
    """

    def __init__(
        self,
        nucleus: Literal["C12", "Ar40"] = "C12",
        *,
        anti: bool = False,
        signal: str | None = None,
    ) -> None:
        self._make = partial(NeutrinoAnomalies, nucleus, anti=anti)
        name = f"{nucleus}_{'antineutrino' if anti else 'neutrino'}"
        folder = Path(vierbein_neutrino.__file__).parent / "bank"
        self.path = folder / f"{name}.parquet"
        self.card: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
        if signal is not None and signal not in self.card["signals"]:
            raise UnknownSignalError(signal, tuple(self.signals))
        self.signal = signal

    @property
    def signals(self) -> Mapping[str, Mapping[str, Any]]:
        """Code, strength, unit and meaning of each signal, in the order of the codes."""
        ordered = sorted(self.card["signals"].items(), key=lambda item: item[1]["code"])
        return dict(ordered)

    def provenance(self) -> dict[str, Any]:
        """Give name, size and sha256, the command that made the file, and the signal."""
        names = ("size", "sha256", "command", "seed", "versions")
        return {
            "file": self.path.name,
            "signal": self.signal,
            **{name: self.card[name] for name in names},
        }

    def samples(self) -> Mapping[str, Dataset]:
        """Give each signal as a dataset of its own."""
        if self.signal is not None:
            return {self.signal: self}
        return {name: self._make(signal=name) for name in self.signals}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Stream signals, after the file's bytes have been checked.

        Parameters
        ----------
        columns
            Names of the columns wanted.

        Yields
        ------
        Records
            One signal, with those columns.

        Raises
        ------
        UnreadableFileError
            If the file is missing.
        HashMismatchError
            If its bytes are not those that its card names.
        """
        if not self.path.exists():
            wanted = f"the bank of {self.card['size']} bytes"
            raise UnreadableFileError(str(self.path), "there is no such file", wanted)
        found = hashlib.sha256(self.path.read_bytes()).hexdigest()
        if found != self.card["sha256"]:
            raise HashMismatchError(str(self.path), self.card["sha256"], found)
        names = list(self.signals)
        groups = range(len(names)) if self.signal is None else [names.index(self.signal)]
        yield from read_bank(self.path, groups, columns)
