"""What goes wrong with the settings and the events of the point-edge transformer."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class HeadsError(VierbeinError):
    """The width cannot be divided among the attention heads."""

    def __init__(self, width: int, num_heads: int) -> None:
        below = width // num_heads * num_heads
        super().__init__(
            f"A width of {width} cannot be divided among {num_heads} attention heads.\n"
            "  Each head takes the same part of it.\n"
            f"  Choose a multiple, such as width={below + num_heads}."
        )


class EventFeaturesError(VierbeinError):
    """Events do not carry the per-event features that the backbone was built for."""

    def __init__(self, names: Sequence[str], given: int) -> None:
        super().__init__(
            f"The point-edge transformer was built for {len(names)} per-event features "
            f"({', '.join(names) or 'none'}); these events have {given}.\n"
            "  Columns are told apart by their order, so their number must agree.\n"
            "  Give event_features with one column a name of schema.event_features."
        )


class TooManyParticlesError(VierbeinError):
    """An event has more particles than the generator can count."""

    def __init__(self, found: int, most: int) -> None:
        super().__init__(
            f"An event has {found} particles; the generator counts up to {most}.\n"
            "  It learns how often each multiplicity occurs.\n"
            f"  Set max_particles={found} or more, or keep the leading particles only."
        )


class UnknownConditionError(VierbeinError):
    """The multiplicity is to be read from a condition that is not there."""

    def __init__(self, name: str, present: Sequence[str]) -> None:
        super().__init__(
            f"multiplicity={name!r} is not among the conditions.{did_you_mean(name, present)}\n"
            f"  Conditions are the per-event features: {', '.join(present) or 'none'}.\n"
            "  Name one of them, or leave it empty: then the multiplicity is learned."
        )
