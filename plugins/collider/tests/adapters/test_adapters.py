import json

import numpy as np
import pytest
import torch

from vierbein.errors.features import FeatureMismatchError
from vierbein.events.jagged import Jagged
from vierbein.events.mapping import Mapping
from vierbein.events.records import Records
from vierbein.interfaces.projection import Projection
from vierbein_collider.adapters.jets_atlas import JetsAtlas
from vierbein_collider.adapters.jets_calo import JetsCalo
from vierbein_collider.adapters.jets_cms import JetsCms
from vierbein_collider.datasets.jet_sample import JetSample

ADAPTERS = {"cms": JetsCms, "atlas": JetsAtlas, "calo": JetsCalo}


@pytest.fixture
def one_jet():
    """A jet of two particles with round numbers."""
    flat = {
        "part_pt": [100.0, 50.0],
        "part_deta": [0.1, -0.2],
        "part_dphi": [0.0, 0.3],
        "part_e": [100 * np.cosh(0.6), 50 * np.cosh(0.3)],
        "part_charge": [-1, 0],
        "part_kind": [4, 2],
        "part_d0": [-1.0, 0.0],
    }
    columns = {name: Jagged(np.array(v), np.array([0, 2])) for name, v in flat.items()}
    columns |= {"event_id": np.array([2**62 + 1]), "process": np.array([1], np.int8)}
    columns |= {
        n: np.array([v])
        for n, v in {"jet_pt": 145.0, "jet_eta": 0.5, "jet_phi": 1.0, "jet_mass": 30.0}.items()
    }
    return Records(columns, "one.parquet")


def test_numbers_of_a_known_jet(one_jet):
    jet = JetsCms().read(one_jet)
    assert jet.event_id.tolist() == [2**62 + 1]
    assert jet.truth["process"].tolist() == [1]
    assert jet.p4[0].tolist() == pytest.approx(
        [100 * np.cosh(0.6), 100 * np.cos(1.0), 100 * np.sin(1.0), 100 * np.sinh(0.6)], rel=1e-6
    )
    expected = {
        "log_pt": np.log(100),
        "log_e": np.log(100 * np.cosh(0.6)),
        "log_pt_rel": np.log(100 / 145),
        "log_e_rel": np.log(100 * np.cosh(0.6) / np.hypot(145 * np.cosh(0.5), 30)),
        "deta": 0.1,
        "dphi": 0.0,
        "delta_r": 0.1,
        "charge": -1,
        "is_muon": 1,
        "is_photon": 0,
        "tanh_d0": np.tanh(-1.0),  # 1 mm
    }
    for name, value in expected.items():
        assert jet.feature(name)[0].item() == pytest.approx(value, rel=1e-6), name
    assert jet.feature("is_photon").tolist() == [0, 1]


def test_particles_are_massless_and_of_one_kind(domain, events):
    jets = events(domain)
    energy, momentum = jets.p4[:, 0].double(), jets.p4[:, 1:].double().norm(dim=1)
    assert torch.allclose(energy, momentum, rtol=1e-6)
    assert torch.isfinite(jets.features).all()
    kinds = [name for name in jets.schema.names if name.startswith("is_")]
    if domain == "calo":
        assert kinds == []
        assert "charge" not in jets.schema.names
    else:
        assert (sum(jets.feature(name) for name in kinds) == 1).all()


def test_at_most_the_hardest_particles_are_kept(domain):
    adapter = ADAPTERS[domain](max_particles=5)
    run = next(JetSample(domain).read(adapter.columns()))
    jets = adapter.read(run)
    assert jets.num_particles.max() == 5
    first = run["part_pt"].values[:5]
    assert jets.feature("log_pt")[:5].exp().numpy() == pytest.approx(first, rel=1e-5)
    assert ADAPTERS[domain](max_particles=0).read(run).num_particles.max() > 48


def test_the_mapping_is_plain_data(domain):
    mapping = ADAPTERS[domain]().mapping
    assert Mapping.from_json(json.loads(json.dumps(mapping.to_json()))) == mapping
    assert mapping.domain == domain


def test_towers_join_a_base_of_particle_flow_by_their_stand_ins(events):
    base, calo = JetsCms().schema, JetsCalo()
    statistics = dict.fromkeys(base.names, (0.5, 2.0))
    joined = Projection(calo.schema, base, statistics, calo.stand_ins)(events("calo"))
    column = joined.features[:, base.names.index("is_photon")]
    assert torch.allclose(column, torch.tensor((calo.stand_ins["is_photon"] - 0.5) / 2.0))
    assert JetsAtlas().schema == base
    bare = JetsCalo(stand_ins={})
    with pytest.raises(FeatureMismatchError, match="charge"):
        Projection(bare.schema, base, statistics, bare.stand_ins)
