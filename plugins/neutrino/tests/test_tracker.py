import numpy as np
import pytest

from vierbein_neutrino.physics.constants import MUON, NUCLEON, PION
from vierbein_neutrino.physics.final_states import FinalStates
from vierbein_neutrino.physics.kinematics import on_shell
from vierbein_neutrino.tracker import MOMENTUM_STEP, TRACKER, seen, truths

NUM = 2000


def event(*particles, num=NUM):
    """The same event many times: PDG code, mass and kinetic energy of each, along y or z."""
    made = []
    for i, (pdg, mass, kinetic) in enumerate(particles):
        momentum = np.zeros((num, 3))
        momentum[:, 1 + i % 2] = np.sqrt((kinetic + mass) ** 2 - mass**2)
        made.append((np.full(num, pdg), on_shell(momentum, np.full(num, mass))))
    return FinalStates.of(np.full(num, 2.0), 1, made)


def test_neutrons_and_slow_particles_make_no_tracks(rng):
    states = event((13, MUON, 0.01), (2112, NUCLEON, 0.5), (2212, NUCLEON, 0.06), (211, PION, 0.04))
    found = seen(states, rng)
    assert set(found["part_pdg"].values.tolist()) == {13}
    assert found["vertex_energy"] == pytest.approx(np.full(NUM, 0.10), abs=1e-4)
    assert truths(states)["available_energy"] == pytest.approx(np.full(NUM, 0.10), abs=1e-4)


def test_momenta_are_smeared_as_stated_and_on_the_grid(rng):
    found = seen(event((13, MUON, 1.0), (2212, NUCLEON, 0.4)), rng)
    y, z = found["part_py"].values[::2], found["part_pz"].values[1::2]
    for kind, mass, kinetic, values in ((13, MUON, 1.0, y), (2212, NUCLEON, 0.4, z)):
        logs = np.log(values / np.sqrt((kinetic + mass) ** 2 - mass**2))
        assert logs.std() == pytest.approx(TRACKER[kind].resolution, rel=0.1)
        assert logs.mean() == pytest.approx(0.0, abs=0.01)
    assert (np.mod(y, MOMENTUM_STEP) == 0).all()
    assert found["part_mass"].values[:2] == pytest.approx([MUON, NUCLEON], rel=1e-6)


def test_a_neutral_pion_is_two_photons_of_its_mass(rng):
    found = seen(event((13, MUON, 1.0), (111, PION, 1.0)), rng)
    photons = found["part_pdg"].values == 22
    both = np.diff(found["part_pdg"].offsets) == 3
    assert both.mean() > 0.9  # the slower one may be below threshold
    axes = (found[f"part_p{axis}"].values.astype(float)[photons] for axis in "xyz")
    momenta = np.stack([*axes], axis=1)
    owner = np.repeat(np.arange(NUM), np.diff(found["part_pdg"].offsets))[photons]
    pairs = momenta[np.isin(owner, np.flatnonzero(both))].reshape(-1, 2, 3)
    energies = np.linalg.norm(pairs, axis=2)
    mass = np.sqrt(2 * (energies.prod(1) - pairs.prod(1).sum(1)))
    assert np.median(mass) == pytest.approx(PION, rel=0.02)
