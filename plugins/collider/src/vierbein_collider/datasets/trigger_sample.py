"""The shipped jets of five classes at 1 TeV."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset
from vierbein_collider.jet_file import read_jets
from vierbein_collider.shipped import Shipped


class TriggerSample(Dataset):
    """Quark, gluon, W, Z and top jets of 1 TeV in equal shares, made by `PythiaJets`.

    The kinematics are those of a public benchmark, arXiv:1804.06913; the jets are not.

    Parameters
    ----------
    domain
        Who saw them: the detector, as it is read out, or its first-level trigger.
    """

    def __init__(self, domain: Literal["offline", "trigger"] = "trigger") -> None:
        self.shipped = Shipped(f"one_tev/{domain}")

    def provenance(self) -> dict[str, Any]:
        """Give name, size and sha256, and the command that made the file."""
        return self.shipped.provenance()

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
        yield from read_jets(self.shipped.checked(), columns)
