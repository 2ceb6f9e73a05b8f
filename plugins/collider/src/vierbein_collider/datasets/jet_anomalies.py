"""The shipped bank of signals, for safeguards that ask whether a run still sees what is new."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset
from vierbein_collider.errors import UnknownSignalError
from vierbein_collider.jet_file import read_jets
from vierbein_collider.shipped import Shipped

_PROCESS = "process"


class JetAnomalies(Dataset):
    """Signals that nothing is trained on: resonances, soft and displaced ones, detector faults.

    Made by the command in its card; its events are in no other sample.

    Parameters
    ----------
    domain
        Which detector saw them.
    signals
        Names of some of them; all if none is given.
    sha256
        Of the bank that an analysis has registered; the shipped card's if none is given.
    """

    def __init__(
        self,
        domain: Literal["atlas", "calo"] = "atlas",
        signals: Sequence[str] = (),
        sha256: str = "",
    ) -> None:
        self.shipped = Shipped(f"anomalies/{domain}", sha256)
        self.domain, self.sha256 = domain, sha256
        described: dict[str, dict[str, Any]] = self.shipped.card["processes"]
        self.processes = dict(sorted(described.items(), key=lambda each: each[1]["code"]))
        if unknown := [name for name in signals if name not in self.processes]:
            raise UnknownSignalError(unknown[0], tuple(self.processes))
        self.signals = tuple(name for name in self.processes if not signals or name in signals)

    def provenance(self) -> dict[str, Any]:
        """Give the file's name, size and sha256, how it was made, and which signals are read."""
        return {**self.shipped.provenance(), "signals": list(self.signals)}

    def samples(self) -> Mapping[str, Dataset]:
        """Give each signal as a dataset of its own."""
        return {name: JetAnomalies(self.domain, [name], self.sha256) for name in self.signals}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Stream the signals' jets, after the file's bytes have been checked.

        Parameters
        ----------
        columns
            Names of the columns wanted.

        Yields
        ------
        Records
            Those of a row group that belong to the signals, with those columns.

        Raises
        ------
        UnreadableFileError
            If the file is missing.
        HashMismatchError
            If its bytes are not those that were registered.
        """
        codes = [self.processes[name]["code"] for name in self.signals]
        for run in read_jets(self.shipped.checked(), list({*columns, _PROCESS})):
            others = np.flatnonzero(~np.isin(np.asarray(run[_PROCESS]), codes))
            wanted = Records({name: run[name] for name in columns}, run.file, run.entries)
            yield wanted.without(others)
