from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vierbein.events.jagged import Jagged
from vierbein.events.records import Column, Records
from vierbein.interfaces.dataset import Dataset


class Exemplar(Dataset):
    """Makes events of two processes; the particles of process 1 are harder.

    Parameters
    ----------
    num_events
        How many.
    seed
        Another seed makes other events.
    """

    def __init__(self, num_events: int = 1000, seed: int = 0) -> None:
        self.num_events, self.seed = num_events, seed

    def provenance(self) -> dict[str, Any]:
        return {"generator": "exemplar 1", "num_events": self.num_events, "seed": self.seed}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        rng = np.random.default_rng(self.seed)
        process = rng.integers(0, 2, self.num_events)
        lengths = rng.integers(2, 9, self.num_events)
        offsets, num = np.concatenate([[0], np.cumsum(lengths)]), lengths.sum()
        every: dict[str, Column] = {
            "pt": Jagged(rng.exponential(1e3 * (1 + np.repeat(process, lengths))), offsets),
            "eta": Jagged(rng.standard_normal(num), offsets),
            "phi": Jagged(rng.uniform(-np.pi, np.pi, num), offsets),
            "process": process,
            "number": np.arange(self.num_events) + 1_000_000 * self.seed,
        }
        whole = Records(every, f"exemplar, seed {self.seed}")
        yield Records({name: whole[name] for name in columns}, whole.file)
