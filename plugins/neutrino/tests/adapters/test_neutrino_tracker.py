import json

import numpy as np
import pytest
import torch

from vierbein.events.mapping import Mapping
from vierbein_neutrino.adapters.neutrino_tracker import NeutrinoTracker
from vierbein_neutrino.datasets.neutrino_events import NeutrinoEvents


def test_particles_are_on_shell_and_of_one_kind(events):
    found = events()
    mass_2 = (found.p4.double() ** 2 * torch.tensor([1.0, -1.0, -1.0, -1.0])).sum(1)
    muons = found.pdg == 13
    assert mass_2[muons].numpy() == pytest.approx(np.full(int(muons.sum()), 0.1056584**2), abs=1e-3)
    kinds = [name for name in found.schema.names if name.startswith("is_")]
    assert (sum(found.feature(name) for name in kinds) == 1).all()
    assert torch.isfinite(found.features).all()


def test_the_muon_comes_first_and_azimuths_count_from_it(events):
    found = events()
    first = found.offsets[:-1]
    assert (found.pdg[first] == 13).all()
    assert found.feature("dphi")[first].abs().max() < 1e-6
    protons = found.pdg == 2212
    # What recoils against the muon lies on its other side.
    assert np.median(np.abs(found.feature("dphi")[protons].numpy())) > 2.5


def test_domains_are_named_and_the_mapping_is_plain_data():
    adapter = NeutrinoTracker(domain="argon", max_particles=2)
    assert Mapping.from_json(json.loads(json.dumps(adapter.mapping.to_json()))) == adapter.mapping
    run = next(NeutrinoEvents("Ar40", num_events=50).read(adapter.columns()))
    found = adapter.read(run)
    assert found.domain == "argon"
    assert found.num_particles.max() == 2
