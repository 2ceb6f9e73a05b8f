"""The adapter that a bundle holds."""

from typing import Literal

from vierbein.errors.bundles import BundleChangedError, OtherBaseError
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.projection import Projection
from vierbein.storage.bundle import Bundle
from vierbein.storage.bundle_folder import locate


class Bundled(Adapter):
    """The mapping and stand-ins of a bundle; nothing of it is code.

    Parameters
    ----------
    path
        A .vbn file, or the name of an installed bundle.
    sha256
        Of the manifest that is expected; "" accepts any.
    projection
        Where the learned projection starts: at the identity, or at the bundle's own, which was
        tuned on labelled events of its card and needs the same base.

    Raises
    ------
    BundleError
        If the bundle is refused.
    """

    def __init__(
        self, path: str, sha256: str = "", projection: Literal["identity", "tuned"] = "identity"
    ) -> None:
        self.bundle = Bundle.read(locate(path))
        if sha256 and self.bundle.sha256 != sha256:
            raise BundleChangedError(self.bundle.file, sha256, self.bundle.sha256)
        self.is_tuned = projection == "tuned"
        super().__init__(self.bundle.mapping, self.bundle.adapter["stand_ins"])

    def start(self, projection: Projection, base: str) -> None:
        """Take the tuned projection where that was asked for.

        Parameters
        ----------
        projection
            The run's; overwritten if the settings ask for the tuned one.
        base
            The sha256 of the run's base.

        Raises
        ------
        OtherBaseError
            If it was tuned to another base.
        """
        if not self.is_tuned:
            return
        named = (self.bundle.network["base"] or {}).get("sha256", "none")
        if named != base:
            raise OtherBaseError(self.bundle.file, "The run's base", named, base)
        prefix = "projection."
        projection.load_state_dict(
            {
                name.removeprefix(prefix): tensor
                for name, tensor in self.bundle.parameters.items()
                if name.startswith(prefix)
            }
        )
