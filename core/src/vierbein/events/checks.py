"""Bad records: found at the boundary, named by file, entry and column, never silently dropped."""

from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from vierbein.errors.records import BadRecordsError, UnusableColumnError
from vierbein.events.jagged import Jagged
from vierbein.events.records import Column, Records

# PDG codes that a final state can hold: leptons, photon, hadrons of up to 7 digits, nuclei of 10.
_LARGEST_HADRON = 9_999_999
_SMALLEST_NUCLEUS = 1_000_000_000
_FUNDAMENTAL = (11, 12, 13, 14, 15, 16, 22, 23, 24, 25)
_SMALLEST_HADRON = 111


def refuse(
    bad: NDArray[np.bool_],
    offsets: NDArray[np.int64],
    records: Records,
    column: str,
    found: str,
    expected: str,
) -> NoReturn:
    """Name the first bad value, and every event that has one.

    Parameters
    ----------
    bad
        True for each value that is bad, flat; at least one.
    offsets
        Where each event's values begin, and the end.
    records
        The run that they stand in.
    column
        The column's name.
    found
        What the first bad value is, in words.
    expected
        What there should be, in words.

    Raises
    ------
    BadRecordsError
        Always.
    """
    events = np.unique(np.searchsorted(offsets, np.flatnonzero(bad), side="right") - 1)
    entry = int(records.positions[events[0]])
    raise BadRecordsError(records.file, entry, column, found, expected, events.tolist())


def check_column(name: str, column: Column, records: Records) -> None:
    """Refuse what is no number, NaN and infinity in a column as the file holds it.

    Parameters
    ----------
    name
        The column's name.
    column
        Its values, in the file's unit.
    records
        The run that it stands in.

    Raises
    ------
    BadRecordsError
        Naming file, entry and column.
    UnusableColumnError
        If the column is not one number, or one list of numbers, an event.
    """
    values: NDArray[Any] = column.values if isinstance(column, Jagged) else column
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        raise UnusableColumnError(records.file, name, f"{values.ndim}-dimensional {values.dtype}")
    offsets = column.offsets if isinstance(column, Jagged) else np.arange(len(column) + 1)
    check_finite(name, values, offsets, records)


def check_finite(
    name: str,
    values: NDArray[Any],
    offsets: NDArray[np.int64],
    records: Records,
    found: str = "",
) -> None:
    """Refuse values that are NaN or infinite.

    Parameters
    ----------
    name
        The column's name.
    values
        Flat; whole numbers always pass.
    offsets
        Where each event's values begin, and the end.
    records
        The run that they stand in.
    found
        What to call a bad value; the first one itself if not given.

    Raises
    ------
    BadRecordsError
        Naming file, entry and column.
    """
    if values.dtype.kind == "f" and (bad := ~np.isfinite(values)).any():
        refuse(bad, offsets, records, name, found or f"{values[bad][0]}", "a finite number")


def check_p4(
    p4: NDArray[Any], offsets: NDArray[np.int64], records: Records, largest_energy: float
) -> None:
    """Refuse four-momenta that are not finite, negative in energy, or in another unit.

    Energies and momenta may stand in different columns, so each is held against the largest energy.

    Parameters
    ----------
    p4
        (E, px, py, pz) in GeV, one row a particle.
    offsets
        Where each event begins.
    records
        Where they come from.
    largest_energy
        More than this in one event, in GeV, can only be another unit.

    Raises
    ------
    BadRecordsError
        Naming file, entry and what was expected.
    """
    energy = p4[:, 0]
    if (bad := ~np.isfinite(p4).all(axis=1)).any():
        refuse(bad, offsets, records, "p4", "a value that is not finite", "finite four-momenta")
    if (bad := energy < 0).any():
        refuse(bad, offsets, records, "E", f"an energy of {energy[bad][0]:g} GeV", "at least 0")
    for name, sizes in (("E", energy), ("p", np.linalg.norm(p4[:, 1:], axis=1))):
        sums = np.concatenate([np.zeros(1), np.cumsum(sizes, dtype=np.float64)])
        total = sums[offsets[1:]] - sums[offsets[:-1]]
        if (bad := total > largest_energy).any():
            found = f"{total[bad][0]:g} GeV in one event"
            expected = f"at most {largest_energy:g} GeV (is the file in MeV? say so under units)"
            refuse(bad, np.arange(len(total) + 1), records, name, found, expected)


def check_pdg(pdg: NDArray[np.int64], offsets: NDArray[np.int64], records: Records) -> None:
    """Refuse numbers that are no PDG particle code.

    Parameters
    ----------
    pdg
        One code a particle, flat.
    offsets
        Where each event's particles begin, and the end.
    records
        The run that they stand in.

    Raises
    ------
    BadRecordsError
        Naming file, entry and the code.

    References
    ----------
    Particle Data Group, Monte Carlo particle numbering scheme, Phys. Rev. D 110, 030001 (2024).
    """
    size = np.abs(pdg)
    is_hadron = (size >= _SMALLEST_HADRON) & (size <= _LARGEST_HADRON) & (size % 10 > 0)
    good = np.isin(size, _FUNDAMENTAL) | is_hadron | (size >= _SMALLEST_NUCLEUS)
    good |= np.isin(pdg, (130, 310))  # K_L and K_S end on 0 by convention
    if (bad := ~good).any():
        refuse(bad, offsets, records, "pdg", f"the code {pdg[bad][0]}", "a PDG particle code")
