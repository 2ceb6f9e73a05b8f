"""Files made on the spot, and real ones that nobody here wrote."""

from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import pytest

REAL = Path(__file__).parents[4] / "shared" / "data" / "real"


@pytest.fixture
def real() -> Callable[[str], str]:
    """Give the path of a real file; where it is absent the test does not run, and says so."""

    def path(name: str) -> str:
        if not (REAL / name).is_file():
            pytest.skip(f"{name} is not here: it would be at ../shared/data/real of the repository")
        return str(REAL / name)

    return path


@pytest.fixture
def jets() -> ak.Array:
    """Give 25 jets of 0 to 5 particles."""
    rng = np.random.default_rng(4)
    lengths = rng.integers(0, 6, 25)
    num = int(lengths.sum())
    return ak.Array(
        {
            "part_pt": ak.unflatten(rng.exponential(10, num).astype(np.float32), lengths),
            "part_charge": ak.unflatten(rng.integers(-1, 2, num).astype(np.int8), lengths),
            "jet_pt": rng.uniform(100, 200, 25).astype(np.float32),
            "label": rng.integers(0, 2, 25).astype(np.int64),
            "is_good": rng.integers(0, 2, 25).astype(bool),
        }
    )
