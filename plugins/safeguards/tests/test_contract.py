"""The safeguards keep the contract of safeguards."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vierbein.events.batch import EventBatch
from vierbein.interfaces.run_view import RunView
from vierbein.testing.made_view import MadeView
from vierbein.testing.safeguard import SafeguardContract


class TestOod(SafeguardContract):
    component = "ood"


@RunView.register
@dataclass
class SealedView(MadeView):
    """A run whose hard events are sealed; where a failure is planted, one of them is open."""

    def signal_region(self, domain: str) -> str:
        return "momentum > 1000"

    def in_signal_region(self, events: EventBatch) -> NDArray[np.bool_]:
        return (np.arange(len(events)) == 0) & self.is_planted

    def seal_faults(self) -> Sequence[str]:
        return ()


class TestBlinding(SafeguardContract):
    component = "blinding"

    def null_view(self, seed: int) -> RunView:
        return SealedView(seed)

    def planted_view(self, seed: int) -> RunView:
        return SealedView(seed, is_planted=True)
