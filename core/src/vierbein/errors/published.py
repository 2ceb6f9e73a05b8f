"""Checkpoints that others published and that cannot become a base."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError

_SHOWN = 4


class UnsafeCheckpointError(VierbeinError):
    """A checkpoint holds more than tensors, or is no checkpoint."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: refused, it cannot be read as tensors alone ({reason}).\n"
            "  Other contents of a pickle run as code; they are never loaded.\n"
            "  Ask its authors for the tensors (a state dict, or safetensors)."
        )


class UnknownCheckpointError(VierbeinError):
    """A checkpoint without a card that says what it is."""

    def __init__(self, file: str, sha256: str, known: Sequence[str]) -> None:
        super().__init__(
            f"{file}: nothing is known of a checkpoint with sha256 {sha256}.\n"
            "  A state dict does not say which features, units and outputs it was made for; cards "
            f"are there of: {', '.join(known) or 'none'}\n"
            "  Write a card of it, as README shows, and name it:  --card CARD.json"
        )


class PublishedCardError(VierbeinError):
    """A published checkpoint's card lacks what a base must say."""

    def __init__(self, file: str, lacking: Sequence[str]) -> None:
        super().__init__(
            f"{file}: the card does not say {', '.join(lacking)}.\n"
            "  A base must say what it was trained on and how it may be used.\n"
            "  Add it; README shows a whole card."
        )


class CheckpointMismatchError(VierbeinError):
    """A published checkpoint is not of the network that its card names."""

    def __init__(
        self,
        name: str,
        missing: Sequence[str],
        left: Sequence[str],
        shapes: Sequence[str],
    ) -> None:
        found = {"it lacks": missing, "has no place for": left, "differs in shape in": shapes}
        said = "; ".join(
            f"{what} {len(names)} ({', '.join(names[:_SHOWN])}{' ...' * (len(names) > _SHOWN)})"
            for what, names in found.items()
            if names
        )
        super().__init__(
            f"{name}: not the parameters of the backbone as its card sets it.\n"
            f"  Of the tensors, {said}.\n"
            "  Nothing is left at random and nothing dropped in silence: mend the card's settings, "
            "or choose the right file."
        )


class CheckpointPartError(VierbeinError):
    """A published checkpoint lacks the part that its card names."""

    def __init__(self, file: str, part: str, present: Sequence[str]) -> None:
        super().__init__(
            f"{file}: has no part {part!r}.\n"
            f"  It has: {', '.join(present) or 'none'}\n"
            '  Name the one with the tensors in the card, as "part", or none where they lie open.'
        )


class NoPublishedNamesError(VierbeinError):
    """A backbone does not say what its tensors are called in published checkpoints."""

    def __init__(self, component: str) -> None:
        super().__init__(
            f"{component}: its tensors have no published names.\n"
            "  A checkpoint becomes a base of a backbone that says which of its tensors is which.\n"
            "  Name another backbone in the card, or write  published_names()  for this one."
        )


class UnknownOutputError(VierbeinError):
    """Outputs of a base are asked for that it does not have."""

    def __init__(self, base: str, asked: Sequence[str], known: Sequence[str]) -> None:
        super().__init__(
            f"Base {base!r} has no outputs {', '.join(asked)}.\n"
            f"  It has: {', '.join(known) or 'none that are named'}\n"
            "  Name one for each of the task's:  outputs={OURS: THEIRS, ...}\n"
            "  Or let a new head learn:  ~outputs new_parameters=[head]"
        )
