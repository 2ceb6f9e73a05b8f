"""Signatures by ssh-keygen: offline, with keys that physicists have.

The signature is over the manifest, which names the sha256 of every other file.
"""

import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from vierbein.errors.bundles import (
    CannotSignError,
    NoSignersError,
    SignatureMissingError,
    WrongSignatureError,
)
from vierbein.errors.files import MissingFileError
from vierbein.storage.bundle import Bundle

NAMESPACE: Final = "vierbein-bundle"
"""What a signature is for: one made for e-mail or git is no signature of a bundle."""


@dataclass(frozen=True)
class Policy:
    """Which signatures are asked for.

    Parameters
    ----------
    is_required
        Whether an unsigned bundle is refused.
    allowed
        A file of `EMAIL KEYTYPE KEY` lines, as `ssh-keygen` has it; None asks only that a signature
        be whole.
    signer
        The one of them who must have signed; any of them if empty.

    Raises
    ------
    NoSignersError
        If signatures are required, or a signer is named, without a file of keys.
    MissingFileError
        If there is no such file.
    """

    is_required: bool = False
    allowed: Path | None = None
    signer: str = ""

    def __post_init__(self) -> None:
        if (self.is_required or self.signer) and self.allowed is None:
            raise NoSignersError
        if self.allowed is not None and not self.allowed.is_file():
            cure = "Write one line  EMAIL KEYTYPE KEY  for each signer into it."
            raise MissingFileError(str(self.allowed), "the keys of allowed signers", cure)


def sign(bundle: Bundle, key: Path) -> Bundle:
    """Sign a bundle with a private key, or with an agent's by its public one.

    Parameters
    ----------
    bundle
        What to sign.
    key
        The file of an SSH key.

    Returns
    -------
    Bundle
        The same files, with the signature of the manifest.

    Raises
    ------
    CannotSignError
        If ssh-keygen is missing, or cannot use the key.
    """
    command, asked = ("sign", "-f", str(key), "-n", NAMESPACE), f"--sign {key}"
    done = _ssh_keygen(*command, message=bundle.manifest, asked=asked)
    if done.returncode != 0:
        raise CannotSignError(asked, _said(done))
    return replace(bundle, signature=done.stdout)


def check_signature(bundle: Bundle, policy: Policy) -> str:
    """Hold a bundle's signature against a policy.

    Parameters
    ----------
    bundle
        What is signed, or not.
    policy
        What is asked for.

    Returns
    -------
    str
        Who signed, or with which key where nobody is named; "" for an unsigned bundle.

    Raises
    ------
    SignatureMissingError
        If it is required, and there is none.
    WrongSignatureError
        If it is broken, by another key, or for another purpose.
    """
    allowed = str(policy.allowed) if policy.allowed else "any key, if the signature is whole"
    if not bundle.signature:
        if policy.is_required or policy.signer:
            raise SignatureMissingError(bundle.file)
        return ""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "signature"
        file.write_bytes(bundle.signature)
        named = ("-n", NAMESPACE, "-s", str(file))
        whole = _ssh_keygen("check-novalidate", *named, message=bundle.manifest, asked=bundle.file)
        if whole.returncode != 0:
            raise WrongSignatureError(bundle.file, _said(whole), allowed)
        if policy.allowed is None:
            return _said(whole)
        keys = ("-f", str(policy.allowed))
        for signer in [policy.signer] if policy.signer else _principals(file, policy.allowed):
            done = _ssh_keygen(
                *("verify", *keys, "-I", signer, *named), message=bundle.manifest, asked=bundle.file
            )
            if done.returncode == 0:
                return signer
    who = f" as {policy.signer}" if policy.signer else ""
    raise WrongSignatureError(bundle.file, f"its key is not allowed{who}", allowed)


def _principals(signature: Path, allowed: Path) -> list[str]:
    command = ("find-principals", "-f", str(allowed), "-s", str(signature))
    done = _ssh_keygen(*command, message=b"", asked=str(allowed))
    said = done.stdout.decode(errors="replace") if done.returncode == 0 else ""
    return [name for line in said.splitlines() for name in line.strip().split(",") if name]


def _ssh_keygen(*words: str, message: bytes, asked: str) -> "subprocess.CompletedProcess[bytes]":
    command = ["ssh-keygen", "-Y", *words]
    try:
        return subprocess.run(command, input=message, capture_output=True, check=False)  # noqa: S603 - a list, no shell
    except OSError as error:
        raise CannotSignError(asked, str(error)) from error


def _said(done: "subprocess.CompletedProcess[bytes]") -> str:
    lines = (done.stdout + done.stderr).decode(errors="replace").split("\n")
    return next((line.strip() for line in lines if line.strip()), f"status {done.returncode}")
