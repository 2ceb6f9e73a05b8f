"""Parameters that do not fit the network they are for."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError


class PartialLoadError(VierbeinError):
    """A base does not fill the network that should start from it."""

    def __init__(self, base: str, table: str, unmatched: Sequence[str]) -> None:
        shown = ", ".join(unmatched[:4]) + (" ..." if len(unmatched) > 4 else "")  # noqa: PLR2004
        super().__init__(
            f"Base {base!r} leaves {len(unmatched)} tensors of the network at random: {shown}\n"
            f"{table}\n"
            "  Choose the backbone and settings that its card names, or say what may start anew:  "
            f"new_parameters=[{unmatched[0].rpartition('.')[0]}]"
        )


class NothingLoadedError(VierbeinError):
    """No tensor of a base has a place in the network."""

    def __init__(self, base: str, base_names: Sequence[str], network_names: Sequence[str]) -> None:
        super().__init__(
            f"Base {base!r}: none of its {len(base_names)} tensors has a place in the network.\n"
            f"  The base begins with {base_names[0] if base_names else 'nothing'!r}, "
            f"the network with {network_names[0]!r}.\n"
            "  Is it a base of another backbone? Its card says:  vierbein runs show FOLDER"
        )
