"""Events made by hand, of any multiplicities."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema, Role

MakeEvents = Callable[[Sequence[int]], EventBatch]


@pytest.fixture
def make_events() -> MakeEvents:
    """Make events of given numbers of particles, every field filled, the same each time."""

    def make(lengths: Sequence[int]) -> EventBatch:
        rng = np.random.default_rng(7)
        num, num_events = sum(lengths), len(lengths)
        momenta = rng.normal(size=(num, 3)).astype(np.float32)
        energy = np.linalg.norm(momenta, axis=1, keepdims=True)
        charge = Feature("charge", "e", "electric charge", Role.SCALAR)
        return EventBatch(
            FeatureSchema((charge, Feature("d0", "cm")), (Feature("radius"),)),
            torch.from_numpy(np.concatenate([energy, momenta], axis=1)),
            torch.from_numpy(rng.normal(size=(num, 2)).astype(np.float32)),
            torch.from_numpy(np.cumsum([0, *lengths])),
            pdg=torch.from_numpy(rng.choice([211, -211, 22], size=num)),
            event_features=torch.from_numpy(rng.normal(size=(num_events, 1)).astype(np.float32)),
            truth={
                "label": torch.arange(num_events) % 2,
                "mass": torch.linspace(0.0, 1.0, num_events),
            },
            event_weight=torch.from_numpy(rng.normal(size=num_events).astype(np.float32)),
            event_id=1000 + torch.arange(num_events),
            domain="cms",
        )

    return make
