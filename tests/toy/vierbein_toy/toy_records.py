"""Records of the toy detector."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np

from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset


class ToyRecords(Dataset):
    """Events of particles with three features, whose product is positive in tops on average.

    No feature and no pair of them tells the kinds apart: a network must learn the product.

    Parameters
    ----------
    num_events
        How many.
    seed
        Of everything.
    correlation
        Of z with x y; 0 leaves nothing to learn.
    labels
        True ones, or permuted ones that have nothing to do with the events.
    """

    def __init__(
        self,
        num_events: int = 4000,
        seed: int = 0,
        correlation: float = 0.6,
        labels: Literal["true", "permuted"] = "true",
    ) -> None:
        self.num_events, self.seed = num_events, seed
        self.correlation, self.labels = correlation, labels

    def provenance(self) -> dict[str, Any]:
        return {"toy": 1, **vars(self)}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        rng = np.random.default_rng(self.seed)
        num = self.num_events
        process = rng.integers(0, 2, num)
        lengths = rng.integers(4, 9, num)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        sign = np.repeat(np.where(process == 1, 1.0, -1.0), lengths) * self.correlation
        x, y, noise = rng.standard_normal((3, offsets[-1]))
        z = sign * x * y + np.sqrt(1 - sign**2) * noise
        if self.labels == "permuted":
            process = rng.permutation(process)
        every = {
            "x": Jagged(x, offsets),
            "y": Jagged(y, offsets),
            "z": Jagged(z, offsets),
            "energy": Jagged(np.exp(0.1 * noise), offsets),
            "process": process,
            "number": np.arange(num) + 1_000_000 * self.seed,
        }
        yield Records({name: every[name] for name in columns}, f"toy records of seed {self.seed}")
