"""The custodian's key: the one thing that opens a seal; runs know its public part alone."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any, Final

from vierbein.errors.blinding import KeyFileError
from vierbein.storage.cipher import NONCE, decrypt, encrypt, new_nonce, new_private, public_of

_COST: Final = {"n": 2**15, "r": 8, "p": 1}
_MEMORY: Final = 2**26
_OTHERS: Final = 0o077


def new_key(file: Path, passphrase: str = "") -> str:
    """Make a key pair and write the private part, readable by its owner alone.

    Parameters
    ----------
    file
        A new file, outside of every run's folder.
    passphrase
        Without it, the file alone opens seals; with it, both are needed.

    Returns
    -------
    str
        The public part, which a run's configuration names as ``seal.custodian``.

    Raises
    ------
    KeyFileError
        If the file is there already, or cannot be written.

    References
    ----------
    RFC 7914 (scrypt).
    """
    private = new_private()
    public = public_of(private).hex()
    said: dict[str, Any] = {"custodian": 1, "public": public}
    if passphrase:
        salt, nonce = os.urandom(16), new_nonce()
        secret = encrypt(_stretched(passphrase, salt), nonce, private, public.encode())
        said |= {"scrypt": _COST, "salt": salt.hex(), "private": (nonce + secret).hex()}
    else:
        said["private"] = private.hex()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        reason = f"it cannot be written ({error.strerror})"
        raise KeyFileError(str(file), reason, "Name a new file in a folder of yours.") from error
    with os.fdopen(handle, "w") as opened:
        opened.write(json.dumps(said, indent=1) + "\n")
    return public


def read_key(file: Path, passphrase: str = "") -> bytes:
    """Read a private key.

    Parameters
    ----------
    file
        What `new_key` wrote.
    passphrase
        The one that it was written with.

    Returns
    -------
    bytes
        The private key.

    Raises
    ------
    KeyFileError
        If others may read the file, it is no key, or the passphrase is another.
    """
    try:
        mode = file.stat().st_mode
        said = json.loads(file.read_text())
        public, private = str(said["public"]), bytes.fromhex(said["private"])
        salt = bytes.fromhex(said.get("salt", ""))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"it cannot be read ({type(error).__name__})"
        raise KeyFileError(
            str(file), reason, "Name what  vierbein custodian FILE  wrote."
        ) from error
    if mode & _OTHERS:
        reason = f"others than its owner may read it (mode {mode & 0o777:04o})"
        raise KeyFileError(str(file), reason, f"Shut it:  chmod 600 {file}")
    if salt:
        key = _stretched(passphrase, salt)
        opened = decrypt(key, private[:NONCE], private[NONCE:], public.encode())
        if opened is None:
            raise KeyFileError(str(file), "its passphrase is another", "Give it again.")
        private = opened
    if len(private) != 32 or public_of(private).hex() != public:  # noqa: PLR2004 - X25519's length
        raise KeyFileError(str(file), "it was changed", "Take a copy of the key as it was written.")
    return private


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.encode(), salt=salt, maxmem=_MEMORY, dklen=32, **_COST)
