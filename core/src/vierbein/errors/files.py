"""Files of ours that are not what they should be."""

from vierbein.errors.base import VierbeinError


class HashMismatchError(VierbeinError):
    """A file's bytes are not those that its card names."""

    def __init__(self, file: str, expected: str, found: str) -> None:
        super().__init__(
            f"{file}: refused, its sha256 is {found[:16]}..., its card names {expected[:16]}...\n"
            "  The file was changed or damaged after it was written.\n"
            "  Copy it again from where it came, or make it again; never edit the card."
        )


class DamagedCardError(VierbeinError):
    """A card that cannot be read, or is none."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: cannot be used as a card ({reason}).\n"
            "  A card is a JSON file that names the sha256 of the tensors beside it.\n"
            "  Copy it again from where it came, or name another folder."
        )


class MissingFileError(VierbeinError):
    """A file that a run, base or bundle needs is not there."""

    def __init__(self, file: str, needed_for: str, cure: str) -> None:
        super().__init__(
            f"{file}: there is no such file.\n  It is needed as {needed_for}.\n  {cure}"
        )


class RunFolderInUseError(VierbeinError):
    """Another process works in the run folder."""

    def __init__(self, folder: str, pid: str) -> None:
        super().__init__(
            f"{folder}: in use by another process ({pid}).\n"
            "  One run folder serves one process at a time; nothing was changed.\n"
            "  Wait for it, end it, or choose another folder:  run_folder=runs/another"
        )


class OtherConfigurationError(VierbeinError):
    """A run folder holds a run with another configuration."""

    def __init__(self, folder: str, differs: str) -> None:
        super().__init__(
            f"{folder}: holds a run with another configuration (it differs in {differs}).\n"
            "  A run goes on only with the configuration that it began with.\n"
            "  Choose another folder:  run_folder=runs/another   or remove this one."
        )


class TornManifestError(VierbeinError):
    """A hash-chained manifest does not fit the files beside it."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: does not fit its manifest ({reason}).\n"
            "  Every file of an artifact is chained to those before it.\n"
            "  Lower the network again; do not use this artifact."
        )
