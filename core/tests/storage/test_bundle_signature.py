"""Signatures: who signed, and who may."""

import subprocess

import pytest

from vierbein.errors.bundles import CannotSignError, NoSignersError, WrongSignatureError
from vierbein.errors.files import MissingFileError
from vierbein.storage.bundle import Bundle
from vierbein.storage.signature import Policy, check_signature, sign


class Signable(Bundle):
    """What a signature needs of a bundle, and no more."""

    def __init__(self, manifest=b"{}", signature=b""):
        self.__dict__ |= {"file": "x.vbn", "manifest": manifest, "signature": signature}


@pytest.fixture
def keys(tmp_path):
    for name in ("mine", "other"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name]
        subprocess.run(words, check=True)
    return tmp_path


def signed(keys, name="mine", message=b"{}"):
    words = ["ssh-keygen", "-Y", "sign", "-f", keys / name, "-n", "vierbein-bundle"]
    done = subprocess.run(words, input=message, capture_output=True, check=True)
    return Signable(message, done.stdout)


def allowed(keys, *lines):
    public = " ".join((keys / "mine.pub").read_text().split()[:2])
    (keys / "allowed").write_text("".join(f"{line} {public}\n" for line in lines))
    return keys / "allowed"


def test_the_signer_is_named(keys):
    file = allowed(keys, "me@lab,myself@lab")
    assert check_signature(signed(keys), Policy(allowed=file)) == "me@lab"
    assert check_signature(signed(keys), Policy(allowed=file, signer="myself@lab")) == "myself@lab"


def test_without_a_list_of_signers_the_key_is_named(keys):
    assert "ED25519 key SHA256:" in check_signature(signed(keys), Policy())
    assert check_signature(Signable(), Policy()) == ""


def test_a_signature_is_for_one_manifest_one_key_and_one_purpose(keys):
    good, file = signed(keys), allowed(keys, "me@lab")
    for changed, policy in (
        (Signable(b"{ }", good.signature), Policy()),
        (signed(keys, "other"), Policy(allowed=file)),
        (good, Policy(allowed=file, signer="you@lab")),
        (good, Policy(allowed=allowed(keys, 'me@lab namespaces="git"'))),
    ):
        with pytest.raises(WrongSignatureError):
            check_signature(changed, policy)


def test_a_policy_that_proves_nothing_is_refused(tmp_path):
    for words in ({"is_required": True}, {"signer": "me@lab"}):
        with pytest.raises(NoSignersError):
            Policy(**words)
    with pytest.raises(MissingFileError):
        Policy(allowed=tmp_path / "none")


def test_without_ssh_keygen_nothing_is_taken_for_signed(keys, monkeypatch):
    good = signed(keys)
    monkeypatch.setenv("PATH", str(keys))
    with pytest.raises(CannotSignError, match="ssh-keygen"):
        check_signature(good, Policy())
    with pytest.raises(CannotSignError):
        sign(good, keys / "mine")
