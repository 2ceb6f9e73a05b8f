from importlib.metadata import entry_points

import pytest

from vierbein.interfaces.dataset import Dataset


@pytest.mark.parametrize(("name", "suffix"), [("parquet", ".parquet"), ("root", ".root")])
def test_datasets_are_found_by_name_and_tell_their_suffixes(name: str, suffix: str) -> None:
    (entry,) = entry_points(group="vierbein.v1.dataset", name=name)
    dataset = entry.load()
    assert issubclass(dataset, Dataset)
    assert suffix in dataset.suffixes
    assert dataset(path=f"events{suffix}").path == f"events{suffix}"
