"""What numbers the settings of safeguards may be."""

from vierbein_safeguards.errors import OutOfRangeError


def require_between(what: str, most: float, **settings: float) -> None:
    """Refuse settings that are not above 0 and below `most`.

    Parameters
    ----------
    what
        What they are, for the error: a probability, a share.
    most
        Which they are below.
    **settings
        Their values by name.

    Raises
    ------
    OutOfRangeError
        If one is not.
    """
    for name, value in settings.items():
        if not 0 < value < most:
            raise OutOfRangeError(name, value, f"{what} between 0 and {most:g}")


def require_from(least: int, **settings: int) -> None:
    """Refuse settings that are less than `least`.

    Parameters
    ----------
    least
        The smallest that makes sense.
    **settings
        Their values by name.

    Raises
    ------
    OutOfRangeError
        If one is less.
    """
    for name, number in settings.items():
        if number < least:
            raise OutOfRangeError(name, number, f"a number from {least} on")
