from functools import cache

import numpy as np
import pytest

from vierbein.events.batch import EventBatch
from vierbein_collider.adapters.jets_atlas import JetsAtlas
from vierbein_collider.adapters.jets_calo import JetsCalo
from vierbein_collider.adapters.jets_cms import JetsCms
from vierbein_collider.datasets.jet_sample import JetSample

ADAPTERS = {"cms": JetsCms, "atlas": JetsAtlas, "calo": JetsCalo}


@cache
def sample_column(domain, name):
    return np.concatenate([run[name] for run in JetSample(domain).read([name])])


@cache
def sample_events(domain):
    """The first two blocks of a domain, as events."""
    adapter = ADAPTERS[domain]()
    runs = JetSample(domain).read(adapter.columns())
    return EventBatch.concatenate([adapter.read(next(runs)) for _ in range(2)])


@pytest.fixture(scope="session")
def column():
    return sample_column


@pytest.fixture(scope="session")
def events():
    return sample_events


@pytest.fixture(params=sorted(ADAPTERS))
def domain(request):
    return request.param
