"""What is shipped: is it what it says, and does it look like jets?"""

import hashlib

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from vierbein_collider.datasets.jet_sample import JetSample
from vierbein_collider.generation.processes import PROCESSES
from vierbein_collider.observables.girth import Girth
from vierbein_collider.observables.jet_mass import JetMass
from vierbein_collider.observables.multiplicity import Multiplicity
from vierbein_collider.observables.pt_dispersion import PtDispersion

DOMAINS = ("cms", "atlas", "calo")


def shape(events):
    """Observables that do not know the jet's pT window."""
    observables = (Girth(), Multiplicity(), PtDispersion())
    return np.stack([observable(events).numpy() for observable in observables], axis=1)


def test_the_sample_is_small_enough_to_be_shipped():
    assert sum(JetSample(domain).shipped.path.stat().st_size for domain in DOMAINS) <= 25e6


def test_card_and_file_agree(domain, column):
    sample = JetSample(domain)
    process = column(domain, "process")
    assert (
        hashlib.sha256(sample.shipped.path.read_bytes()).hexdigest()
        == sample.shipped.card["sha256"]
    )
    assert sample.shipped.path.stat().st_size == sample.shipped.card["size"]
    for name, number in sample.shipped.card["num_jets_by_process"].items():
        assert (process == PROCESSES[name].code).sum() == number
    assert f"--domain {domain}" in sample.shipped.card["command"]
    assert sample.shipped.card["versions"]["pythia8mc"] == "8.317.2"


def test_the_jets_of_high_fidelity_are_few_balanced_and_new(domain, column):
    sample = JetSample(domain, "high_fidelity")
    (jets,) = sample.read(["event_id", "process"])
    assert sample.shipped.card["num_jets_by_process"] == {"qcd": 200, "top": 200}
    assert sample.shipped.card["detector"] == JetSample(domain).shipped.card["detector"]
    assert (jets["process"] == PROCESSES["top"].code).sum() == 200
    assert not np.intersect1d(jets["event_id"], column(domain, "event_id")).size


def test_ids_are_unique_over_all_domains(column):
    ids = np.concatenate([column(domain, "event_id") for domain in DOMAINS])
    assert len(np.unique(ids)) == len(ids)


def test_every_part_of_a_file_is_balanced(domain, column):
    excess = np.cumsum(2 * (column(domain, "process") == PROCESSES["top"].code).astype(int) - 1)
    assert np.abs(excess).max() <= 1


def test_jets_lie_in_their_window(domain, column):
    detector = JetSample(domain).shipped.card["detector"]
    low, high = detector["jet_pt"]
    pt, eta = column(domain, "jet_pt"), column(domain, "jet_eta")
    assert low - 0.1 <= pt.min() < pt.max() <= high + 0.1
    assert np.abs(eta).max() <= detector["jet_eta_max"] + 1e-3


@pytest.mark.parametrize("domain", ["cms", "atlas"])
def test_top_mass_peaks_where_it_should(domain, column):
    is_top = column(domain, "process") == PROCESSES["top"].code
    contents, edges = np.histogram(column(domain, "jet_mass")[is_top], np.arange(50, 250, 5))
    peak = contents.argmax()
    left, top, right = contents[peak - 1 : peak + 2]
    vertex = edges[peak] + 2.5 + 2.5 * (right - left) / (2 * top - left - right)
    assert 170 < vertex < 180
    inside = (edges[:-1] >= 140) & (edges[:-1] < 210)
    assert 0.6 < contents[inside].sum() / is_top.sum() < 0.8


@pytest.mark.generator
@pytest.mark.filterwarnings("ignore:dcut and exclusive jets")
def test_two_of_three_subjets_of_a_top_jet_have_the_w_mass(events):
    awkward, fastjet = pytest.importorskip("awkward"), pytest.importorskip("fastjet")
    jets = events("cms")
    masses = JetMass()(jets).numpy()
    is_top = (jets.truth["process"].numpy() == PROCESSES["top"].code) & (np.abs(masses - 173) < 25)
    lengths = jets.num_particles.numpy()
    columns = {
        name: awkward.unflatten(jets.p4[:, i].numpy().astype(float), lengths)[is_top]
        for i, name in enumerate(("E", "px", "py", "pz"))
    }
    clouds = awkward.zip(columns, with_name="Momentum4D")
    sequence = fastjet.ClusterSequence(clouds, fastjet.JetDefinition(fastjet.kt_algorithm, 1.0))
    pairs = awkward.combinations(sequence.exclusive_jets(3), 2)
    first, second = awkward.unzip(pairs)
    square = (first.E + second.E) ** 2
    for name in ("px", "py", "pz"):
        square = square - (first[name] + second[name]) ** 2
    smallest = awkward.to_numpy(awkward.min(np.sqrt(np.maximum(square, 0)), axis=1))
    all_pairs = awkward.to_numpy(awkward.flatten(np.sqrt(np.maximum(square, 0))))
    contents, edges = np.histogram(all_pairs, np.arange(40, 160, 10))
    assert edges[contents.argmax()] in {70, 80}
    assert len(smallest) > 500


@pytest.mark.parametrize(
    ("domain", "mass_auc", "girth_auc"),
    [("cms", 0.88, 0.89), ("atlas", 0.86, 0.87), ("calo", 0.83, 0.84)],
)
def test_simple_observables_tell_top_from_qcd(domain, mass_auc, girth_auc, events):
    jets = events(domain)
    truth = jets.truth["process"].numpy()
    assert roc_auc_score(truth, JetMass()(jets).numpy()) == pytest.approx(mass_auc, abs=0.03)
    assert roc_auc_score(truth, Girth()(jets).numpy()) == pytest.approx(girth_auc, abs=0.03)


@pytest.mark.parametrize(("other", "low", "high"), [("atlas", 0.60, 0.85), ("calo", 0.70, 1.0)])
def test_detectors_are_told_apart_by_their_qcd_jets(other, low, high, events):
    shapes = []
    for domain in ("cms", other):
        jets = events(domain)
        shapes.append(shape(jets)[jets.truth["process"].numpy() == PROCESSES["qcd"].code])
    inputs = np.concatenate(shapes)
    truth = np.repeat([0, 1], [len(part) for part in shapes])
    for_training = np.arange(len(truth)) % 2 == 0
    trees = HistGradientBoostingClassifier(max_iter=50, random_state=0)
    trees.fit(inputs[for_training], truth[for_training])
    scores = trees.predict_proba(inputs[~for_training])[:, 1]
    assert low < roc_auc_score(truth[~for_training], scores) < high


def test_heavy_flavour_leaves_displaced_tracks(column, events):
    jets = events("cms")
    is_displaced = (jets.feature("tanh_d0").abs() > np.tanh(0.2)).float()
    per_jet = np.add.reduceat(is_displaced.numpy(), jets.offsets[:-1].numpy())
    is_top = jets.truth["process"].numpy() == PROCESSES["top"].code
    assert per_jet[is_top].mean() > 1.5 * per_jet[~is_top].mean()
