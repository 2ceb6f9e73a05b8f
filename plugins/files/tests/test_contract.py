"""Both file formats keep the contract of datasets."""

from vierbein.testing.dataset import DatasetContract


class TestParquet(DatasetContract):
    component = "parquet"


class TestRoot(DatasetContract):
    component = "root"
