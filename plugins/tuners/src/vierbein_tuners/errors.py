"""What goes wrong when a tuner meets a backbone."""

from vierbein.errors.base import VierbeinError


class NothingToTuneError(VierbeinError):
    """A backbone has no parameter of the sort that a tuner changes."""

    def __init__(self, tuner: str, backbone: str, sought: str) -> None:
        super().__init__(
            f"Tuner {tuner!r} found nothing to tune in {backbone}.\n"
            f"  It changes {sought}, and this backbone has none.\n"
            "  Choose another, or say that the backbone stays frozen:  tuner=probe"
        )


class NumBlocksError(VierbeinError):
    """More blocks are to learn than the backbone has, or none."""

    def __init__(self, asked: int, backbone: str, num_blocks: int) -> None:
        super().__init__(
            f"The last {asked} blocks of {backbone} are to learn; it has {num_blocks}.\n"
            f"  From 1 to {num_blocks} can be chosen.\n"
            f"  Set  tuner.last_l.num_blocks={max(1, min(asked, num_blocks))}  "
            "(to let none learn:  tuner=probe)"
        )
