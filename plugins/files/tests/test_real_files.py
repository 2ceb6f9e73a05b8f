"""Files of the field, through the datasets and a mapping, against what they say of themselves."""

import numpy as np
import pytest
import torch

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import Jagged, segment_sum
from vierbein.events.mapping import Mapping
from vierbein.events.quantity import Quantity
from vierbein.events.records import Records
from vierbein_files.parquet import Parquet
from vierbein_files.root import Root

JETCLASS = Mapping(
    domain="jetclass_ii",
    p4={"E": "part_energy", "px": "part_px", "py": "part_py", "pz": "part_pz"},
    features={
        "eta": Quantity(
            "(arcsinh(part_pz / hypot(part_px, part_py)) - jet_eta) * sign(jet_eta)", "1"
        ),
        "phi": Quantity("wrap(arctan2(part_py, part_px) - jet_phi)", "rad"),
        "file_eta": Quantity("part_deta"),
        "file_phi": Quantity("part_dphi", "rad"),
        "kinds": Quantity(
            "part_isElectron + part_isMuon + part_isPhoton"
            " + part_isChargedHadron + part_isNeutralHadron"
        ),
        "is_charged": Quantity("part_isElectron + part_isMuon + part_isChargedHadron"),
        "size_of_charge": Quantity("abs(part_charge)", "e"),
    },
    truth={
        "num": Quantity("jet_nparticles"),
        "pt": Quantity("jet_pt", "GeV"),
        "mass": Quantity("sqrt(maximum(jet_energy**2 - (jet_pt * cosh(jet_eta))**2, 0))", "GeV"),
    },
)
DIMUONS = Mapping(
    domain="cms",
    p4={
        "E": "sqrt((Muon_pt * cosh(Muon_eta))**2 + Muon_mass**2)",
        "px": "Muon_pt * cos(Muon_phi)",
        "py": "Muon_pt * sin(Muon_phi)",
        "pz": "Muon_pt * sinh(Muon_eta)",
    },
    features={"charge": Quantity("Muon_charge", "e", role="scalar")},
    truth={"num": Quantity("nMuon"), "counted": Quantity("count(Muon_pt)")},
    event_id="event",
    pdg=Quantity("Muon_pdgId"),
    cuts=("nMuon == 2", "min(Muon_pt) > 20", "sum(Muon_charge) == 0"),
)


def summed(events: EventBatch) -> torch.Tensor:
    """Add the four-momenta of each event's particles."""
    columns = [segment_sum(column, events.offsets) for column in events.p4.double().unbind(1)]
    return torch.stack(columns, dim=1)


def masses(p4: torch.Tensor) -> torch.Tensor:
    return (p4[:, 0] ** 2 - p4[:, 1:].square().sum(1)).clamp(min=0).sqrt()


def read(dataset: Parquet | Root, mapping: Mapping) -> EventBatch:
    runs = [mapping.read(records) for records in dataset.read(mapping.columns())]
    return EventBatch.concatenate(runs)


@pytest.fixture
def jetclass(real) -> EventBatch:
    return read(Parquet(real("JetClassII_example.parquet"), chunk=30), JETCLASS)


def test_jetclass_has_a_hundred_jets_of_the_multiplicities_it_states(jetclass) -> None:
    assert len(jetclass) == 100
    assert len(jetclass.p4) == 4529
    assert torch.equal(jetclass.num_particles, jetclass.truth["num"])


def test_jetclass_constituents_add_up_to_their_jet(jetclass) -> None:
    total = summed(jetclass)
    torch.testing.assert_close(
        torch.hypot(total[:, 1], total[:, 2]), jetclass.truth["pt"].double(), rtol=1e-6, atol=0
    )
    # The file's jets lie a few hundredths in pseudorapidity beside the sum of their constituents
    # (their own momenta say so), so that masses agree to a per cent for most and no better.
    deviation = abs(masses(total) / jetclass.truth["mass"] - 1)
    assert deviation.median() < 0.01
    assert (deviation < 0.05).double().mean() > 2 / 3


def test_jetclass_coordinates_come_out_as_the_file_gives_them(jetclass) -> None:
    for ours, theirs in (("eta", "file_eta"), ("phi", "file_phi")):
        torch.testing.assert_close(
            jetclass.feature(ours), jetclass.feature(theirs), rtol=0, atol=1e-6
        )


def test_jetclass_particles_are_of_one_kind_each_and_the_charged_ones_are_charged(jetclass) -> None:
    assert (jetclass.feature("kinds") == 1).all()
    assert torch.equal(jetclass.feature("is_charged"), jetclass.feature("size_of_charge"))


def test_two_muons_of_drell_yan_make_a_z(real) -> None:
    events = read(Root(real("nano_dy.root"), chunk=7), DIMUONS)
    assert torch.equal(events.truth["num"], events.truth["counted"])
    mass = masses(summed(events))
    assert len(mass) >= 4
    assert (abs(mass - 91.2) < 6).all()


@pytest.mark.parametrize("name", ["pfnano.root", "pfnano_rntuple.root"])
def test_cms_candidates_with_their_weights_make_the_jets_of_the_file(real, name: str) -> None:
    candidates = ("pt", "eta", "phi", "mass", "puppiWeight")
    columns = (
        *(f"PFCands_{column}" for column in candidates),
        *("FatJetPFCands_pFCandsIdx", "FatJetPFCands_jetIdx"),
        *("FatJet_pt", "FatJet_mass", "FatJet_rawFactor"),
    )
    (records,) = Root(real(name)).read(columns)

    def flat(column: str) -> np.ndarray:
        return jagged(records, column).values.astype(float)

    pairs = jagged(records, "FatJetPFCands_pFCandsIdx")
    event = np.repeat(np.arange(10), np.diff(pairs.offsets))
    particle = pairs.values + jagged(records, "PFCands_pt").offsets[event]
    jet = flat("FatJetPFCands_jetIdx").astype(int) + jagged(records, "FatJet_pt").offsets[event]
    assert (len(records), len(flat("FatJet_pt")), len(particle)) == (10, 24, 1076)

    pt, eta, phi, mass, puppi = (flat(f"PFCands_{column}")[particle] for column in candidates)
    energy = np.hypot(pt * np.cosh(eta), mass)
    p4 = puppi * np.stack([energy, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)])
    total = torch.from_numpy(np.stack([np.bincount(jet, column, 24) for column in p4], axis=1))
    uncorrected = 1 - flat("FatJet_rawFactor")
    # NanoAOD keeps 10 bits of a mantissa: 0.1 per cent each.
    np.testing.assert_allclose(masses(total), flat("FatJet_mass") * uncorrected, rtol=4e-3)
    np.testing.assert_allclose(
        torch.hypot(total[:, 1], total[:, 2]), flat("FatJet_pt") * uncorrected, rtol=4e-3
    )


def jagged(records: Records, name: str) -> Jagged:
    column = records[name]
    assert isinstance(column, Jagged)
    return column


def test_delphes_branches_are_named_as_physicists_name_them(real) -> None:
    mapping = Mapping(
        domain="delphes",
        p4={
            "E": "hypot(Jet.PT * cosh(Jet.Eta), Jet.Mass)",
            "px": "Jet.PT * cos(Jet.Phi)",
            "py": "Jet.PT * sin(Jet.Phi)",
            "pz": "Jet.PT * sinh(Jet.Eta)",
        },
        features={"mass": Quantity("Jet.Mass", "GeV")},
    )
    events = read(Root(real("events_delphes_example.root"), chunk=4), mapping)
    assert len(events) == 10
    assert len(events.p4) == 76
    # Jets of a few massless towers have masses that rounding makes negative.
    assert abs(masses(events.p4.double()) - events.feature("mass").abs()).max() < 0.05
