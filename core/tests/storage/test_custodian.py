"""A custodian's key is its owner's alone."""

import stat

import pytest

from vierbein.errors.blinding import KeyFileError
from vierbein.storage.cipher import public_of
from vierbein.storage.custodian import new_key, read_key


@pytest.mark.parametrize("passphrase", ["", "seven words"])
def test_a_key_is_read_back(tmp_path, passphrase):
    file = tmp_path / "custodian.key"
    public = new_key(file, passphrase)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    private = read_key(file, passphrase)
    assert public_of(private).hex() == public
    assert (private.hex() in file.read_text()) == (not passphrase)


def test_another_passphrase_is_refused(tmp_path):
    file = tmp_path / "custodian.key"
    new_key(file, "seven words")
    for given in ("", "seven word"):
        with pytest.raises(KeyFileError, match="passphrase is another"):
            read_key(file, given)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused(tmp_path, mode):
    file = tmp_path / "custodian.key"
    new_key(file)
    file.chmod(mode)
    with pytest.raises(KeyFileError, match=f"mode {mode:04o}(?s:.*)chmod 600"):
        read_key(file)


def test_a_key_is_never_overwritten(tmp_path):
    file = tmp_path / "custodian.key"
    new_key(file)
    before = file.read_bytes()
    with pytest.raises(KeyFileError, match="File exists"):
        new_key(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", '{"public": "00", "private": "zz"}'])
def test_what_is_no_key_is_refused(tmp_path, text):
    file = tmp_path / "custodian.key"
    file.touch(0o600)
    file.write_text(text)
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_key(file)
    with pytest.raises(KeyFileError, match="cannot be read"):
        read_key(tmp_path / "none")


def test_a_changed_key_is_refused(tmp_path):
    file = tmp_path / "custodian.key"
    public = new_key(file)
    file.write_text(file.read_text().replace(public, "0" * 64))
    with pytest.raises(KeyFileError, match="was changed"):
        read_key(file)
