import pytest
import torch

from vierbein.errors.files import DamagedCardError, HashMismatchError, MissingFileError
from vierbein.storage.parameters import CARD, PARAMETERS, read_parameters, write_parameters

TENSORS = {
    "a.weight": torch.tensor([[0.1, -0.0, 1e-40], [float("nan"), float("inf"), 3.0]]),
    "a.empty": torch.zeros(4, 0),
    "b.scalar": torch.tensor(3.5, dtype=torch.float64),
    "b.half": torch.arange(5, dtype=torch.bfloat16),
    "b.count": torch.tensor([2**40], dtype=torch.int64),
    "c.view": torch.arange(12.0).view(3, 4).T,
}


@pytest.fixture
def folder(tmp_path):
    write_parameters(tmp_path, TENSORS, {"name": "mine", "figures": [1, 2.5]})
    return tmp_path


def test_tensors_come_back_bit_for_bit(folder):
    tensors, card = read_parameters(folder)
    assert set(tensors) == set(TENSORS)
    for name, tensor in TENSORS.items():
        found = tensors[name]
        assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape)
        flat = tensor.contiguous().view(-1)
        assert torch.equal(found.view(-1).view(torch.uint8), flat.view(torch.uint8))
    assert card.pop("parameters")["file"] == PARAMETERS
    assert card == {"name": "mine", "figures": [1, 2.5]}


def test_equal_tensors_are_equal_bytes(folder, tmp_path):
    learned = {name: t.clone().requires_grad_(t.is_floating_point()) for name, t in TENSORS.items()}
    written = write_parameters(tmp_path / "other", learned, {"name": "mine", "figures": [1, 2.5]})
    assert (folder / PARAMETERS).read_bytes() == (tmp_path / "other" / PARAMETERS).read_bytes()
    assert read_parameters(folder)[1] == written


def test_a_flipped_bit_is_refused_by_the_files_name(folder):
    whole = (folder / PARAMETERS).read_bytes()
    for place in [*range(0, len(whole), 5), len(whole) - 1]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        (folder / PARAMETERS).write_bytes(damaged)
        with pytest.raises(HashMismatchError, match=rf"{PARAMETERS}: refused"):
            read_parameters(folder)


@pytest.mark.parametrize("name", [CARD, PARAMETERS])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(MissingFileError, match=rf"{name}: there is no such file"):
        read_parameters(folder)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b'{"parameters": {}}', b"\xff{}"])
def test_a_damaged_card_is_refused_in_words(folder, data):
    (folder / CARD).write_bytes(data)
    with pytest.raises(DamagedCardError, match=rf"{CARD}: cannot be used"):
        read_parameters(folder)
