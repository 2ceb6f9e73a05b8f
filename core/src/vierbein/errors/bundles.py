"""Bundles that cannot be trusted, read or used; each refusal names its reason."""

from collections.abc import Sequence

from vierbein.errors.base import VierbeinError, did_you_mean


class BundleError(VierbeinError):
    """A bundle is refused, or cannot be made."""


class NotABundleError(BundleError):
    """A file is no archive of ours, or is cut short."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: is no bundle ({reason}).\n"
            "  A bundle is what  vierbein adapter pack  writes, unchanged to its last byte.\n"
            "  Copy it again from where it came; compare its size and sha256 with the original's."
        )


class UnknownFormatError(BundleError):
    """A bundle is of a format version that this vierbein does not know."""

    def __init__(self, file: str, found: object, known: int) -> None:
        super().__init__(
            f"{file}: refused, its format version is {found!r}.\n"
            f"  This vierbein reads version {known}.\n"
            "  Update vierbein, or ask the publisher for a bundle of that version."
        )


class UnsafeBundleError(BundleError):
    """A bundle holds what no bundle may hold."""

    def __init__(self, file: str, entry: str, reason: str) -> None:
        super().__init__(
            f"{file}: refused, unsafe: {entry!r} {reason}.\n"
            "  A bundle is data only: a few plain files, named, stored and sized as its manifest "
            "says.\n"
            "  Do not use it. `vierbein adapter pack` never writes such a file: tell its publisher."
        )


class TamperedBundleError(BundleError):
    """A bundle is not what its manifest says."""

    def __init__(self, file: str, entry: str, reason: str) -> None:
        super().__init__(
            f"{file}: refused, {entry!r} {reason}.\n"
            "  Every file of a bundle has its size and sha256 in manifest.json, and nothing else "
            "is in it.\n"
            "  It was changed or damaged after it was made: get it again from its publisher."
        )


class BundleContentError(BundleError):
    """A bundle's own description does not hang together."""

    def __init__(self, file: str, where: str, found: str, expected: str) -> None:
        super().__init__(
            f"{file}: refused, {where}: {found}.\n"
            f"  Expected: {expected}.\n"
            "  Another version of vierbein made it, or a stranger's hand: ask its publisher."
        )


class BundleParametersError(BundleError):
    """A bundle's parameters are no numbers, or do not fit the network that it names."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(
            f"{file}: refused, its parameters cannot be used: {reason}.\n"
            "  Each must be finite, and have the shape and type that the bundle's network needs.\n"
            "  Pack it again from its run, with the plugin versions that its card names."
        )


class BundleChangedError(BundleError):
    """Another bundle stands where a run found its own."""

    def __init__(self, file: str, expected: str, found: str) -> None:
        super().__init__(
            f"{file}: refused, another bundle stands there than when the run was composed.\n"
            f"  The manifest's sha256 is {found[:16]}..., the run's is {expected[:16]}...\n"
            "  Put the old one back, or begin a new run:  run_folder=runs/another"
        )


class NoBundleError(BundleError):
    """A bundle is named that is neither a file nor installed."""

    def __init__(self, name: str, folder: str, known: Sequence[str]) -> None:
        super().__init__(
            f"There is no bundle {name!r}: no such file, and none of this name is installed."
            f"{did_you_mean(name, known)}\n"
            f"  Installed in {folder}: {', '.join(known) or 'none'}\n"
            "  Name a .vbn file, or install one:  vierbein adapter install FILE.vbn"
        )


class OtherBaseError(BundleError):
    """A bundle names another base than the one that is there."""

    def __init__(self, file: str, base: str, expected: str, found: str) -> None:
        super().__init__(
            f"{file}: refused, it was made on a base with sha256 {expected[:16]}...\n"
            f"  {base} has {found[:16]}...: its parameters are others.\n"
            "  Name the folder of the right one:  --base FOLDER"
        )


class BundleBaseMissingError(BundleError):
    """The base that a bundle builds on cannot be found."""

    def __init__(self, file: str, base: str, sha256: str) -> None:
        super().__init__(
            f"{file}: holds a difference to the base {base!r}, which is not here.\n"
            f"  Its sha256 is {sha256[:16]}...\n"
            "  Install the plugin that brings it, or name its folder:  --base FOLDER"
        )


class SignatureMissingError(BundleError):
    """A signature is required, and there is none."""

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file}: refused, a signature is required and the bundle has none.\n"
            "  Unsigned, its hashes show damage, but not who made it.\n"
            "  Ask its publisher to sign it:  vierbein adapter pack RUN -o FILE --sign KEY"
        )


class WrongSignatureError(BundleError):
    """A bundle's signature is broken, or not by a signer who is allowed."""

    def __init__(self, file: str, reason: str, allowed: str) -> None:
        super().__init__(
            f"{file}: refused, its signature does not hold ({reason}).\n"
            f"  Allowed: {allowed}.\n"
            "  Do not use it before its publisher has told you, another way, which key is theirs."
        )


class NoSignersError(BundleError):
    """A signature is required, and nobody is named who may sign."""

    def __init__(self) -> None:
        super().__init__(
            "A signature is required, and nobody is named who may sign.\n"
            "  A signature by an unknown key proves nothing.\n"
            "  Name a file of `EMAIL KEYTYPE KEY` lines:  --allowed-signers FILE"
        )


class CannotSignError(BundleError):
    """ssh-keygen cannot be run, or does not sign."""

    def __init__(self, asked: str, reason: str) -> None:
        super().__init__(
            f"{asked}: ssh-keygen cannot do it ({reason}).\n"
            "  Bundles are signed and verified offline by  ssh-keygen -Y  (OpenSSH 8.2 or newer).\n"
            "  Install OpenSSH, or name a key that it can use:  --sign ~/.ssh/id_ed25519"
        )


class CannotPackError(BundleError):
    """A run cannot be made into a bundle."""

    def __init__(self, run: str, reason: str, cure: str) -> None:
        super().__init__(
            f"{run}: cannot be packed, {reason}.\n"
            "  A bundle holds the network of one arm of a finished run, and an adapter.\n"
            f"  {cure}"
        )


class CannotPushError(BundleError):
    """A bundle cannot be handed on."""

    def __init__(self, to: str, reason: str, cure: str) -> None:
        super().__init__(
            f"{to}: cannot be pushed to ({reason}).\n"
            "  A bundle goes to a folder, or to a model hub as  hub:ORG/NAME.\n"
            f"  {cure}"
        )


class BundleNameError(BundleError):
    """A bundle's name is taken, or cannot be typed."""

    def __init__(self, name: str, reason: str, cure: str) -> None:
        super().__init__(
            f"The bundle's name {name!r} cannot be used: {reason}.\n"
            "  It is what  adapter=NAME  will choose: small letters, digits and underscores, a "
            f"letter first.\n  {cure}"
        )
