"""What leaves a nucleon or a nucleus."""

import numpy as np
import pytest

from vierbein_neutrino.physics.beam import Monoenergetic
from vierbein_neutrino.physics.constants import MUON, NUCLEON
from vierbein_neutrino.physics.delta import Delta
from vierbein_neutrino.physics.final_states import CC_0PI, CC_1PI, CC_1PI0
from vierbein_neutrino.physics.interactions import DeltaProduction, Exposure, Quasielastic
from vierbein_neutrino.physics.kinematics import dot
from vierbein_neutrino.physics.nucleus import FREE, NEUTRON, Nucleus, WoodsSaxon

CHARGES = {0: 0, 13: -1, -13: 1, 2212: 1, 2112: 0, 211: 1, -211: -1, 111: 0}
EVERYTHING = [(kind, anti) for kind in ("qe", "delta_1", "delta_3") for anti in (False, True)]


def momentum_transfer(states):
    neutrino = np.zeros((len(states), 4))
    neutrino[:, 0] = neutrino[:, 3] = states.beam_energy
    q = neutrino - states.p4[:, 0]
    return -dot(q, q)


@pytest.mark.parametrize(("kind", "anti"), EVERYTHING)
def test_free_nucleons_conserve_everything(kind, anti, states):
    found = states(kind, "free", 1.0, anti)
    total = found.p4.sum(1)
    assert total == pytest.approx(np.tile([1 + NUCLEON, 0, 0, 1], (len(found), 1)), abs=1e-6)
    mass_2 = dot(found.p4.reshape(-1, 4), found.p4.reshape(-1, 4))
    assert mass_2 == pytest.approx(found.masses.ravel() ** 2, abs=1e-6)
    charge = np.vectorize(CHARGES.get)(found.pdg).sum(1)
    struck = {"qe": (0, 1), "delta_1": (0, 1), "delta_3": (1, 0)}[kind][anti]
    assert (charge == struck).all()


def test_a_bound_nucleon_costs_its_removal_energy(states):
    found = states("qe", "C12")
    # Momentum: the neutrino's and the nucleon's, which is below the Fermi momentum.
    nucleon = found.p4.sum(1)[:, 1:] - [0, 0, 1]
    size = np.linalg.norm(nucleon, axis=1)
    assert size.max() < 0.28
    energy = found.p4.sum(1)[:, 0]
    assert energy == pytest.approx(1 + np.hypot(size, NUCLEON) - 0.025, abs=1e-9)


def test_momentum_transfer_ends_where_it_must(states):
    q2 = momentum_transfer(states("qe", "free"))
    s = NUCLEON**2 + 2 * NUCLEON
    muon = (s + MUON**2 - NUCLEON**2) / (2 * np.sqrt(s))
    going, coming = np.sqrt(muon**2 - MUON**2), (s - NUCLEON**2) / (2 * np.sqrt(s))
    low, high = (2 * coming * (muon + sign * going) - MUON**2 for sign in (-1, 1))
    assert low - 1e-9 <= q2.min() < low + 0.002
    assert high - 0.1 < q2.max() <= high + 1e-9


def test_the_mass_of_pion_and_nucleon_peaks_at_the_delta(states):
    # That of a narrow resonance at its mass; the Delta's own line is pulled down by phase space.
    exposure = Exposure(FREE, Monoenergetic(3.0), anti=False)
    narrow = DeltaProduction(exposure, 2212, Delta(width=0.01))
    for found, peak, largest in (
        (narrow.events(np.random.default_rng(4), 4000), 1.232, 0.006),
        (states("delta_3", "free", 3.0), 1.215, 0.02),
    ):
        pair = found.p4[:, 1] + found.p4[:, 2]
        mass = np.sqrt(dot(pair, pair))
        contents, edges = np.histogram(mass, np.arange(1.08, 1.5, 0.01))
        assert edges[contents.argmax()] + 0.005 == pytest.approx(peak, abs=largest)
        assert mass.max() <= 1.7 + 1e-9


def test_final_states_follow_isospin(states):
    for anti in (False, True):
        assert (states("qe", "free", 1.0, anti).final_state == CC_0PI).all()
        assert (states("delta_3", "free", 1.0, anti).final_state == CC_1PI).all()
        mixed = states("delta_1", "free", 1.0, anti).final_state
        assert np.mean(mixed == CC_1PI0) == pytest.approx(2 / 3, abs=0.03)


def test_no_nucleon_leaves_below_the_fermi_momentum():
    sphere = Nucleus(6, 6, 0.025, WoodsSaxon(2.9, 1e-3))
    process = Quasielastic(Exposure(sphere, Monoenergetic(1.0), anti=False))
    found = process.events(np.random.default_rng(2), 2000)
    size = np.linalg.norm(found.p4[:, 1, 1:], axis=1)
    fermi = np.median(sphere.fermi(np.random.default_rng(0), 1000)[NEUTRON])
    assert np.mean(size < 0.999 * fermi) < 0.01  # the sphere's edge is one step of the radius wide
    assert np.quantile(size, 0.02) < 1.1 * fermi


def test_pauli_blocking_leaves_the_share_that_two_spheres_do_not_share():
    """Of two Fermi spheres a momentum q apart, 3 q / 4 k - q^3 / 16 k^3 lies outside the other."""
    shape = WoodsSaxon(2.9, 1e-3)
    with_protons, without = (
        Quasielastic(Exposure(Nucleus(num, 6, 0.0, shape), Monoenergetic(2.0), anti=False))
        for num in (6, 0)
    )
    fermi = np.median(with_protons.exposure.nucleus.fermi(np.random.default_rng(0), 1000)[NEUTRON])
    blocked, free = (
        process.trials(np.random.default_rng(3), 60_000) for process in (with_protons, without)
    )
    q = np.linalg.norm(free.states.p4[:, 0, 1:] - [0, 0, 2.0], axis=1)
    for low in (0.1, 0.2, 0.3):
        inside = (q > low) & (q < low + 0.02)
        share = blocked.weight[inside].sum() / free.weight[inside].sum()
        x = (low + 0.01) / fermi
        assert share == pytest.approx(3 * x / 4 - x**3 / 16, abs=0.05), low
    high = q > 2.5 * fermi
    assert blocked.weight[high].sum() == free.weight[high].sum()


def test_available_energy_of_known_particles(states):
    found = states("delta_1", "free")
    expected = []
    for pdg, p4 in zip(found.pdg[:50], found.p4[:50], strict=True):
        energy = 0.0
        for code, (e, *p) in zip(pdg[1:], p4[1:], strict=True):
            mass = np.sqrt(e**2 - np.dot(p, p))
            energy += {2212: e - mass, 211: e - mass, 111: e, 2112: 0.0}[int(code)]
        expected.append(energy)
    assert found.available_energy[:50] == pytest.approx(expected, abs=1e-6)


def test_below_threshold_nothing_happens():
    exposure = Exposure(FREE, Monoenergetic(0.1), anti=False)
    weight = Quasielastic(exposure).trials(np.random.default_rng(0), 100).weight
    assert (weight == 0).all()
