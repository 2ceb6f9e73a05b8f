"""Programs that work for us in processes of their own."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError


class MissingProgramError(VierbeinError):
    """A program that a backend runs is not there."""

    def __init__(self, program: str, cure: str) -> None:
        super().__init__(
            f"{program} cannot be run: there is no such program here.\n"
            "  A hardware backend runs it in a process of its own.\n"
            f"  {cure}"
        )


class WorkerFailedError(VierbeinError):
    """A program that worked for a backend ended with an error."""

    def __init__(self, task: str, reason: str, log: str) -> None:
        super().__init__(
            f"{task} failed: {reason}\n"
            "  What was made before it stays as it is; nothing half-made is kept.\n"
            f"  All that it said is in {log}; mend the cause and run the same command again."
        )


class NothingToSetUpError(VierbeinError):
    """A hardware backend has no environment of its own that could be made."""

    def __init__(self, backend: str, needs: Sequence[str]) -> None:
        super().__init__(
            f"hardware={backend} has no environment of its own to set up.\n"
            f"  It needs: {', '.join(needs) or 'what its distribution depends on'}.\n"
            "  Install that with pip or the system's packages."
        )
