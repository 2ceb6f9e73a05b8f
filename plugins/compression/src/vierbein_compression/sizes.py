"""Sizes that a student can have."""

from vierbein.fixed_point.format import Format
from vierbein_compression.student_errors import StudentSizeError


def checked(**sizes: int) -> None:
    """Refuse sizes below one.

    Parameters
    ----------
    **sizes
        By the setting's name.

    Raises
    ------
    StudentSizeError
        If there is one.
    """
    for setting, given in sizes.items():
        if given < 1:
            raise StudentSizeError(setting, given, 1)


def grid(input_bits: int, fraction_bits: int) -> Format:
    """Give the grid of input words, which have a sign."""
    if input_bits < 2:  # noqa: PLR2004 - a sign and a bit
        raise StudentSizeError("input_bits", input_bits, 2)
    return Format(is_signed=True, num_bits=input_bits, num_fraction=fraction_bits)
