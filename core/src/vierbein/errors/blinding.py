"""Sealed events: what may not be read, and why a run is not unblinded."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class SealedError(VierbeinError):
    """Something tries to read sealed events."""

    def __init__(self) -> None:
        super().__init__(
            "Sealed events cannot be read: neither what they hold nor how many they are.\n"
            "  They lie in a signal region that this run declared before it began.\n"
            "  Freeze the analysis, and let the custodian unblind it:  vierbein unblind RUN ..."
        )


class NoCipherError(VierbeinError):
    """A run is to be sealed, or unblinded, and nothing is there to encrypt with."""

    def __init__(self) -> None:
        super().__init__(
            "Sealed events are encrypted, and the package cryptography is not installed.\n"
            "  It is an optional part of vierbein; nothing was read.\n"
            "  Install it:  pip install 'vierbein[blinding]'"
        )


class SignalRegionError(VierbeinError):
    """A signal region is declared in words that the run does not know."""

    def __init__(
        self, domain: str, cut: str, reason: str, known: Sequence[str], name: str = ""
    ) -> None:
        super().__init__(
            f"seal.cuts.{domain} is {cut!r}, which cannot be used: {reason}."
            f"{did_you_mean(name, known)}\n"
            "  In the language of a mapping's cuts, it may name: "
            f"{', '.join(known)}\n"
            "  Correct it, or choose the observable that it needs:  observable=[...]"
        )


class NoEventIdError(VierbeinError):
    """Events of a sealed domain are numbered by their places in the file."""

    def __init__(self, domain: str) -> None:
        super().__init__(
            f"Domain {domain!r} cannot be sealed: its mapping gives no event_id.\n"
            "  Places in the file would tell how many sealed events lie between two open ones.\n"
            "  Name the column that holds the events' own numbers:  event_id in the mapping"
        )


class UntoldError(VierbeinError):
    """A sealed domain cannot be read, and the reason may be a sealed event's."""

    def __init__(self, domain: str, kind: str) -> None:
        super().__init__(
            f"Domain {domain!r} cannot be read ({kind}); where and why stays sealed.\n"
            "  The message would name an entry or a value, which may be a sealed event's.\n"
            "  Set bad records aside (bad_records=set_aside; their number is sealed too), or let "
            "the custodian read the file without a seal."
        )


class NothingOpenError(VierbeinError):
    """Every event of a domain lies in the signal region."""

    def __init__(self, domain: str, cut: str) -> None:
        super().__init__(
            f"Domain {domain!r}: no event is open.\n"
            f"  The signal region takes all that could be read: {cut}\n"
            "  Declare a narrower one, so that a sideband is left:  seal.cuts={...}"
        )


class SealOverflowError(VierbeinError):
    """The sealed events do not fit into the size that was declared for them."""

    def __init__(self, domain: str, megabytes: int) -> None:
        super().__init__(
            f"Domain {domain!r}: its sealed events need more than {megabytes} MiB.\n"
            "  A seal has the declared size whatever it holds, so that its size tells no count.\n"
            "  Declare a larger one, generously:  seal.megabytes=..."
        )


class DamagedSealError(VierbeinError):
    """A seal is not as it was written."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: cannot be opened as a seal ({reason}).\n"
            "  It was changed, cut short or damaged after it was written; nothing of it was read.\n"
            "  Restore it from a copy; without one, seal the data again in a new run."
        )


class KeyFileError(VierbeinError):
    """A custodian's key cannot be used."""

    def __init__(self, file: str, reason: str, cure: str) -> None:
        super().__init__(
            f"{file}: this key cannot be used, {reason}.\n"
            "  A custodian's key is a file that its owner alone can read (mode 0600), outside of "
            "every run's folder.\n"
            f"  {cure}"
        )


class WrongKeyError(VierbeinError):
    """A key is not the one that a run was sealed for."""

    def __init__(self, file: str, found: str, wanted: str) -> None:
        super().__init__(
            f"{file}: is not the key that this run was sealed for.\n"
            f"  The run names custodian {wanted[:16]}..., this is the key of {found[:16]}...\n"
            "  Take the key that belongs to seal.custodian of the run's configuration."
        )


class TamperedLogError(VierbeinError):
    """An unblinding log is not what was written, line by line."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: was changed after it was written ({reason}).\n"
            "  Each line holds the hash of the line before it, and nothing is ever taken out.\n"
            "  The run cannot be unblinded any more: restore the log from a copy, or run anew."
        )


class NotSealedError(VierbeinError):
    """A run is to be unblinded in which nothing is sealed."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"{folder}: nothing is sealed in this run.\n"
            "  A signal region is declared before a run begins, with seal.cuts; all events of this "
            "one were open.\n"
            "  Name a run with a seal, or declare one for the next."
        )


class NotFrozenError(VierbeinError):
    """The configuration is not the one that was frozen."""

    def __init__(self, folder: str, given: str, found: str, sealed: str) -> None:
        super().__init__(
            f"{folder}: not unblinded, its configuration is not the frozen one.\n"
            f"  You name {given[:16] or 'none'}; the run's configuration is {found[:16]}..., and "
            f"{sealed[:16] or 'none'}... when it was sealed.\n"
            "  Name the hash that was approved, as report.json has it (configuration_sha256):  "
            "--frozen SHA256"
        )


class NotReadyError(VierbeinError):
    """A run has not passed what must come before unblinding."""

    def __init__(self, folder: str, faults: Sequence[str]) -> None:
        lines = "".join(f"\n    {fault}" for fault in faults)
        super().__init__(
            f"{folder}: not unblinded, {len(faults)} conditions are not met:{lines}\n"
            "  Before unblinding, every safeguard has passed and nothing has changed since.\n"
            "  Finish the run with the same command; mend what failed in a new run."
        )


class StillSealedError(VierbeinError):
    """What only an unblinded run may do is asked of a sealed one."""

    def __init__(self, folder: str, asked: str) -> None:
        super().__init__(
            f"{folder}: {asked} is not possible, the run is sealed.\n"
            "  The network could be applied to the signal region, and nothing would record it.\n"
            "  Unblind the run first:  vierbein unblind RUN --key FILE --frozen SHA256"
        )
