"""Named axes of tensors: by them a base is expanded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Columns:
    """Which axis of a tensor runs over named inputs or outputs.

    Parameters
    ----------
    axis
        Counted from 0.
    names
        What stands along it, in order.
    start
        Where the numbers of a new name start; None leaves them as they were constructed.
    like
        A name of the base whose numbers a new one starts with, where the base has it.
    """

    axis: int
    names: tuple[str, ...]
    start: float | None = 0.0
    like: str | None = None
