from functools import cache

import numpy as np
import pytest

from vierbein.events.batch import EventBatch
from vierbein_neutrino.adapters.neutrino_tracker import NeutrinoTracker
from vierbein_neutrino.datasets.neutrino_anomalies import NeutrinoAnomalies
from vierbein_neutrino.datasets.neutrino_events import NeutrinoEvents
from vierbein_neutrino.physics.beam import Monoenergetic
from vierbein_neutrino.physics.interactions import DeltaProduction, Exposure, Quasielastic
from vierbein_neutrino.physics.nucleus import FREE, NUCLEI


@cache
def made_process(kind, nucleus, energy, anti):
    found = FREE if nucleus == "free" else NUCLEI[nucleus]
    exposure = Exposure(found, Monoenergetic(energy), anti)
    if kind == "qe":
        return Quasielastic(exposure)
    return DeltaProduction(exposure, exposure.changed[kind == "delta_3"])


@cache
def made_states(kind, nucleus, energy=1.0, anti=False):
    return made_process(kind, nucleus, energy, anti).events(np.random.default_rng(5), 5000)


@cache
def made_events(signal=None):
    """Two thousand events on carbon, or a signal of the bank."""
    adapter = NeutrinoTracker()
    dataset = (
        NeutrinoEvents(num_events=2000) if signal is None else NeutrinoAnomalies(signal=signal)
    )
    return EventBatch.concatenate([adapter.read(run) for run in dataset.read(adapter.columns())])


@pytest.fixture(scope="session")
def process():
    """Build one of qe, delta_1 (n -> Delta+) and delta_3 (p -> Delta++) by nucleus, beam, anti."""
    return made_process


@pytest.fixture(scope="session")
def states():
    return made_states


@pytest.fixture(scope="session")
def events():
    return made_events


@pytest.fixture
def rng():
    return np.random.default_rng(11)
