"""Units at the file boundary: inside the program everything is GeV, cm and ns."""

from vierbein.errors.features import MappingError

FACTORS: dict[str, float] = {
    "1": 1.0,
    "keV": 1e-6,
    "MeV": 1e-3,
    "GeV": 1.0,
    "TeV": 1e3,
    "um": 1e-4,
    "mm": 0.1,
    "cm": 1.0,
    "m": 100.0,
    "ps": 1e-3,
    "ns": 1.0,
    "us": 1e3,
    "rad": 1.0,
    "e": 1.0,
}


def factor(unit: str, column: str) -> float:
    """Give what a column in this unit is multiplied with.

    Parameters
    ----------
    unit
        The unit's name in the mapping.
    column
        Whose unit it is, for the error message.

    Returns
    -------
    float
        The unit's size in the program's own (GeV, cm, ns).

    Raises
    ------
    MappingError
        If the unit is not known.

    Examples
    --------
    >>> factor("MeV", "part_pt")
    0.001
    """
    if unit not in FACTORS:
        raise MappingError(f"units.{column}", f"unit {unit!r}", f"one of {', '.join(FACTORS)}")
    return FACTORS[unit]
