"""Bad input: what is wrong in which file, at which entry, in which column."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class BadRecordsError(VierbeinError):
    """A column holds values that no detector can have measured.

    Parameters
    ----------
    file
        Where the records come from.
    entry
        Position of the first bad event in that file.
    column
        The column's name.
    found
        What it holds there, in words.
    expected
        What it should hold, in words.
    entries
        Positions of the bad events inside the records that were read; also an attribute.
    """

    def __init__(
        self, file: str, entry: int, column: str, found: str, expected: str, entries: Sequence[int]
    ) -> None:
        self.entries = tuple(entries)
        more = f" (and {len(entries) - 1} more here)" if len(entries) > 1 else ""
        super().__init__(
            f"{file}, entry {entry}{more}: column {column!r} holds {found}.\n"
            f"  Expected: {expected}.\n"
            "  Mend the file or the adapter's mapping, or set the bad events aside, counted in the "
            "report:  bad_records=set_aside"
        )


class MissingColumnError(VierbeinError):
    """A file lacks a column that the adapter reads; `present` names those that there are."""

    def __init__(self, file: str, column: str, present: Sequence[str]) -> None:
        self.present = tuple(present)
        shown = ", ".join(sorted(present)[:12]) + (" ..." if len(present) > 12 else "")  # noqa: PLR2004
        super().__init__(
            f"{file}: there is no column {column!r}.{did_you_mean(column, present)}\n"
            f"  The file holds {len(present)} columns: {shown}\n"
            "  Choose the adapter that was written for this file (vierbein plugins list --kind "
            "adapter), or name the column in its mapping."
        )


class EmptyFileError(VierbeinError):
    """A file holds no event at all."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file}: holds no events.\n"
            "  At least one is needed.\n"
            "  Look whether the job that wrote it ended well, and write it again."
        )


class NoEventsLeftError(VierbeinError):
    """Records were read, and not one became an event."""

    def __init__(self, domain: str, file: str, num_records: int, set_aside: int) -> None:
        super().__init__(
            f"Domain {domain!r}: none of {num_records} records became an event (the last file is "
            f"{file}).\n"
            f"  {set_aside} were set aside as bad, {num_records - set_aside} failed the mapping's "
            "cuts.\n"
            "  Choose the adapter that was written for these files; bad_records=error names the "
            "first bad value."
        )


class UnreadableFileError(VierbeinError):
    """A file is missing, cut short, or of another format than its name says."""

    def __init__(self, file: str, reason: str, expected: str) -> None:
        super().__init__(
            f"{file}: cannot be read ({reason}).\n"
            f"  Expected: {expected}.\n"
            "  Copy or write it again; compare its size and sha256 with the original's."
        )


class UnusableColumnError(VierbeinError):
    """A column is neither one number nor one list of numbers an event."""

    def __init__(self, file: str, column: str, found: str) -> None:
        super().__init__(
            f"{file}: column {column!r} cannot be used: it holds {found}.\n"
            "  Expected: one number an event, or one list of numbers an event.\n"
            "  Name another column in the adapter's mapping, or write this one flat."
        )


class CannotWriteError(VierbeinError):
    """A dataset that only reads is asked to write."""

    def __init__(self, file: str, dataset: str) -> None:
        super().__init__(
            f"{file}: cannot be written, dataset {dataset!r} only reads.\n"
            "  Scores are written as .parquet, or in the format of a dataset that writes.\n"
            "  Choose another suffix:  -o scores.parquet"
        )


class ShapeMismatchError(VierbeinError):
    """Two jagged columns do not describe the same particles."""

    def __init__(self, file: str, first: str, second: str, entry: int) -> None:
        super().__init__(
            f"{file}, entry {entry}: columns {first!r} and {second!r} differ in their number of "
            "particles.\n"
            "  One mapping reads one collection of particles.\n"
            "  Name columns of the same collection in the adapter's mapping."
        )
