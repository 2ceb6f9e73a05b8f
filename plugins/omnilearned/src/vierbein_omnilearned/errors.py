"""What goes wrong with OmniLearned's network."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError


class OmniLearnedMissingError(VierbeinError):
    """The package omnilearned is not installed, or another version of it."""

    def __init__(self, found: str) -> None:
        super().__init__(
            "backbone=pet2 needs the package omnilearned 0.2.0.\n"
            f"  Found: {found}.\n"
            "  Of its dependencies only torch, einops and torchdiffeq are needed.\n"
            "  Install it without the others:  pip install --no-deps omnilearned==0.2.0"
        )


class KindsMissingError(VierbeinError):
    """Kinds of particles are asked for, but the events have no PDG codes."""

    def __init__(self, kinds: Sequence[int]) -> None:
        super().__init__(
            f"backbone.kinds names {len(kinds)} kinds of particles; the events have no PDG codes.\n"
            "  A kind that is not known would be taken for an empty slot's.\n"
            "  Map them in the adapter (pdg), or do without:  backbone.kinds=[]"
        )
