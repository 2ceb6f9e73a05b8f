"""The jets that are shipped with this package."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset
from vierbein_collider.jet_file import read_jets
from vierbein_collider.shipped import Shipped

_FOLDERS = {"large": "", "high_fidelity": "high_fidelity/"}


class JetSample(Dataset):
    """QCD and top jets made by `PythiaJets`, half and half, shipped so that no generator is needed.

    Parameters
    ----------
    domain
        Which detector saw them.
    part
        The large sample, or 400 jets of another seed that stand in for a better and more expensive
        simulation: they come from the same one.
    """

    def __init__(
        self,
        domain: Literal["cms", "atlas", "calo"] = "cms",
        part: Literal["large", "high_fidelity"] = "large",
    ) -> None:
        self.shipped = Shipped(f"{_FOLDERS[part]}{domain}")

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
