"""What goes wrong when an objective meets its settings or a backbone."""

from vierbein.errors.base import VierbeinError


class ShareError(VierbeinError):
    """Of no particle, or of every one, nothing can be learned."""

    def __init__(self, share: float) -> None:
        super().__init__(
            f"A share of {share:g} of the particles is to be masked.\n"
            "  It lies between 0 and 1, both excluded: some are asked for, and some can be seen.\n"
            "  Set  objective.share=0.3"
        )


class NothingToPredictError(VierbeinError):
    """Particles have no features that could be asked for."""

    def __init__(self, backbone: str) -> None:
        super().__init__(
            f"Objective 'masked_particles' found no feature to predict for {backbone}.\n"
            "  It asks for the features of masked particles; this adapter's schema has none.\n"
            "  Let the adapter give features, or choose  objective=supervised"
        )
