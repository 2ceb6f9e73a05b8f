"""Each signal has the physics that its name says."""

import numpy as np
import pytest

from vierbein_neutrino.blocks import Setup
from vierbein_neutrino.physics.constants import MASSES
from vierbein_neutrino.physics.kinematics import dot
from vierbein_neutrino.signals.bank import bank

NUM = 400
CHARGES = {0: 0, 13: -1, -13: 1, 2212: 1, 2112: 0, 211: 1, -211: -1, 111: 0}
SIGNALS = bank(Setup("C12", anti=False).exposure)


def happened(name):
    return SIGNALS[name].scenario.events(np.random.default_rng(8), NUM)


def mass_of(p4):
    return np.sqrt(dot(p4, p4))


def test_there_are_more_than_ten_with_numbers_of_their_own():
    assert len(SIGNALS) >= 10
    assert sorted(signal.code for signal in SIGNALS.values()) == list(range(1, len(SIGNALS) + 1))


@pytest.mark.parametrize("anti", [False, True])
def test_all_happen_for_neutrinos_and_antineutrinos(anti):
    for name, signal in bank(Setup("Ar40", anti=anti).exposure).items():
        true, shown = signal.scenario.events(np.random.default_rng(1), 20)
        assert len(true) == len(shown) == 20, name
        assert np.isfinite(shown.p4).all(), name
        muons = np.isin(true.pdg, (13, -13))
        assert (true.pdg[muons] == (-13 if anti else 13)).all(), name


@pytest.mark.parametrize("number", [2, 3, 5])
def test_pions_burst_from_one_mass(number):
    true, _ = happened(f"pion_burst_{number}")
    assert (np.isin(np.abs(true.pdg), (111, 211)).sum(1) == number).all()
    mass = MASSES[2212] + number * (MASSES[211] + 0.2)
    assert mass_of(true.p4[:, 1:].sum(1)) == pytest.approx(np.full(NUM, mass), abs=1e-6)
    charge = np.vectorize(CHARGES.get)(true.pdg).sum(1)
    assert set(charge.tolist()) == {0, 1}


def near(name, mass):
    """Share of events whose pion and nucleon have a mass within 0.03 GeV of one."""
    return np.mean(np.abs(mass_of(happened(name).true.p4[:, 1:].sum(1)) - mass) < 0.03)


def test_the_delta_moves_and_stretches():
    lower, upper = 1.232 - 0.06, 1.232 + 0.12
    assert near("delta_mass_down", lower) > 3 * near("delta_mass_up", lower)
    assert near("delta_mass_up", upper) > 2 * near("delta_mass_down", upper)
    assert near("delta_narrow", 1.232) > 2 * near("delta_wide", 1.232)


@pytest.mark.parametrize("name", [name for name in SIGNALS if name.startswith("heavy_lepton")])
def test_heavy_leptons_have_their_mass_and_fly_along_the_beam(name):
    true, _ = happened(name)
    total = true.p4.sum(1)
    assert mass_of(total) == pytest.approx(np.full(NUM, SIGNALS[name].strength), abs=1e-6)
    assert total[:, 1:3] == pytest.approx(np.zeros((NUM, 2)), abs=1e-6)
    assert total[:, 0] == pytest.approx(true.beam_energy)
    assert (true.interaction == 0).all()


@pytest.mark.parametrize(
    ("name", "excitation"), [("two_nucleons_050", 0.05), ("two_nucleons_200", 0.2)]
)
def test_two_nucleons_leave(name, excitation):
    true, _ = happened(name)
    assert np.isin(true.pdg[:, 1:], (2112, 2212)).all()
    above = mass_of(true.p4[:, 1:].sum(1)) - 2 * MASSES[2212]
    # Pauli blocking takes some of the small ones.
    assert np.median(above) == pytest.approx(excitation, abs=0.04)


def test_faults_change_what_is_shown_and_not_what_is_true():
    for name, factor in (("hadron_scale_070", 0.7), ("hadron_scale_130", 1.3)):
        true, shown = happened(name)
        assert shown.p4[:, 1:, 1:] == pytest.approx(factor * true.p4[:, 1:, 1:])
        assert shown.p4[:, 0] == pytest.approx(true.p4[:, 0])
        assert dot(shown.p4[:, 1], shown.p4[:, 1]) == pytest.approx(true.masses[:, 1] ** 2)
    true, shown = happened("missing_hadron")
    assert ((true.pdg != 0).sum(1) - (shown.pdg != 0).sum(1) == 1).all()
    assert (true.available_energy - shown.available_energy > 0.0999).all()


def test_unrelated_hadrons_do_not_balance_the_muon():
    mixed = happened("unrelated_hadrons").shown
    again = happened("missing_hadron").true  # the same random numbers, and so the same events
    assert (mixed.p4[:, 1:] == again.p4[:, 1:]).all()
    assert np.array_equal(np.roll(mixed.p4[:, 0], -1, axis=0), again.p4[:, 0])

    def imbalance(states):
        return np.linalg.norm(states.p4[:, :, 1:3].sum(1), axis=1)

    assert np.median(imbalance(mixed)) > 2 * np.median(imbalance(again))
