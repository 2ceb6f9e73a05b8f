"""What goes wrong with weaver's own network."""

from vierbein.errors.base import VierbeinError


class WeaverMissingError(VierbeinError):
    """The package weaver-core is not installed, or another version of it."""

    def __init__(self, found: str) -> None:
        super().__init__(
            "backbone=weaver_particle_transformer needs the package weaver-core 0.5.3.\n"
            f"  Found: {found}. Of its dependencies only torch is needed.\n"
            "  Install it without the others:  pip install --no-deps weaver-core==0.5.3"
        )
