import pytest

from vierbein.storage.hashing import sha256_of, sha256_of_data

# FIPS 180-2's own examples.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
MILLION = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"


@pytest.mark.parametrize(
    ("data", "digest"), [(b"", EMPTY), (b"abc", ABC), (b"a" * 1_000_000, MILLION)]
)
def test_a_file_is_hashed_as_the_standard_says(tmp_path, data, digest):
    (tmp_path / "file").write_bytes(data)
    assert sha256_of(tmp_path / "file") == digest


def test_data_are_hashed_by_what_they_are():
    data = {"a": 1, "b": [1.5, None, "é", True], "c": {"x": {}}}
    assert sha256_of_data(data) == sha256_of_data(dict(reversed(data.items())))
    for other in ({**data, "a": 1.0}, {**data, "a": "1"}, {**data, "b": [None, 1.5, "é", True]}):
        assert sha256_of_data(other) != sha256_of_data(data)
    with pytest.raises(ValueError, match="JSON"):
        sha256_of_data({"a": float("inf")})
