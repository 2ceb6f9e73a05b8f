"""A bundle's archive is an ordinary zip, of one form alone."""

import io
import zipfile

import pytest

from vierbein.errors.bundles import BundleError, NotABundleError, UnsafeBundleError
from vierbein.storage import bundle_archive
from vierbein.storage.bundle_archive import read_archive, write_archive

FILES = {"b.json": b'{"b": 1}', "a.bin": bytes(range(256)), "empty": b""}


def test_any_zip_program_reads_it():
    with zipfile.ZipFile(io.BytesIO(write_archive(FILES))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(FILES)
        assert {name: archive.read(name) for name in FILES} == FILES
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100644}


def test_it_comes_back_in_order_and_the_same_files_are_the_same_bytes():
    data = write_archive(FILES)
    assert list(read_archive(data, "x").items()) == list(FILES.items())
    assert write_archive(dict(FILES)) == data


def test_every_flipped_bit_is_noticed():
    data = write_archive(FILES)
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(BundleError):
            read_archive(bytes(changed), "x")


def test_every_cut_is_noticed():
    data = write_archive(FILES)
    for end in range(len(data)):
        with pytest.raises(NotABundleError):
            read_archive(data[:end], "x")


def test_a_total_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(bundle_archive, "LARGEST", 200)
    with pytest.raises(UnsafeBundleError, match="a zip bomb"):
        read_archive(write_archive(FILES), "x")
