"""The root of every error that a user can mend."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar, Self


class VierbeinError(Exception):
    """A mistake that the user can mend: shown without a traceback."""

    exit_status: ClassVar[int] = 2

    def at(self, place: str) -> Self:
        """Put `file:line` before the words: where the mistake stands."""
        self.args = (f"{place}: {self}",)
        return self


def did_you_mean(asked: str, known: Iterable[str]) -> str:
    """Name the close matches of a misspelt word, or nothing.

    Parameters
    ----------
    asked
        The word as it was written.
    known
        The words that there are.

    Returns
    -------
    str
        A sentence that begins with a space, or an empty text if nothing is close.

    Examples
    --------
    >>> did_you_mean("deepests", ["deepsets", "xyz"])
    ' Did you mean deepsets?'
    """
    close = get_close_matches(asked, sorted(known), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(close)}?" if close else ""
