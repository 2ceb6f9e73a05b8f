"""A domain of records made by hand."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vierbein.events.jagged import Jagged
from vierbein.events.mapping import Mapping
from vierbein.events.records import Records
from vierbein.experiment.domain import Domain
from vierbein.experiment.settings import SplitSettings
from vierbein.interfaces.adapter import Adapter
from vierbein.interfaces.dataset import Dataset

MakeDomain = Callable[..., Domain]


class Listed(Dataset):
    """Events of two particles, in runs of 100; those listed as bad have an energy of NaN."""

    def __init__(self, num_events: int, bad: Sequence[int]) -> None:
        self.num_events, self.bad, self.num_reads = num_events, list(bad), 0

    def provenance(self) -> dict[str, Any]:
        return {"num_events": self.num_events, "bad": self.bad}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        self.num_reads += 1
        energy = np.repeat(np.arange(1.0, self.num_events + 1), 2)
        energy[[2 * entry for entry in self.bad]] = np.nan
        for start in range(0, self.num_events, 100):
            num = min(100, self.num_events - start)
            every = {
                "energy": Jagged(energy[2 * start : 2 * (start + num)], 2 * np.arange(num + 1)),
                "number": 7 * np.arange(start, start + num),
            }
            read = {name: every[name] for name in columns}
            yield Records(read, "listed.file", np.arange(start, start + num))


class Plain(Adapter):
    """Takes records as they are."""

    def __init__(self, cuts: Sequence[str]) -> None:
        zero = "0 * energy"
        p4 = {"E": "energy", "px": zero, "py": zero, "pz": zero}
        data = {"domain": "plain", "p4": p4, "features": {}, "event_id": "number"}
        super().__init__(Mapping.from_json({**data, "cuts": list(cuts)}))


@pytest.fixture
def make_domain(tmp_path: Path) -> MakeDomain:
    """Make a domain of some records, with a cache of its own."""

    def make(
        num_events: int = 1000,
        *,
        bad: Sequence[int] = (),
        cuts: Sequence[str] = (),
        bad_records: Any = "error",
    ) -> Domain:
        dataset, adapter = Listed(num_events, bad), Plain(cuts)
        return Domain(dataset, adapter, SplitSettings(), tmp_path / "cache", bad_records)

    return make
