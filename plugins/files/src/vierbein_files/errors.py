"""What goes wrong in a file beyond what every dataset shares."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class MissingTreeError(VierbeinError):
    """A ROOT file lacks the tree that is asked for, or has none at all."""

    def __init__(self, file: str, tree: str, present: Sequence[str]) -> None:
        asked = f"tree {tree!r}" if tree else "tree"
        super().__init__(
            f"{file}: there is no {asked}.{did_you_mean(tree, present)}\n"
            f"  The file holds these TTrees and RNTuples: {', '.join(present) or 'none'}\n"
            "  Name one of them:  dataset.tree=NAME"
        )
