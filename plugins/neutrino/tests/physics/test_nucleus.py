import numpy as np
import pytest

from vierbein_neutrino.physics.constants import HBARC
from vierbein_neutrino.physics.nucleus import NEUTRON, NUCLEI, PROTON, Nucleus, WoodsSaxon


@pytest.mark.parametrize(("name", "radius"), [("C12", 2.47), ("Ar40", 3.43)])
def test_charge_radius_is_the_measured_one(name, radius):
    profile, within = NUCLEI[name]._profile
    r = np.linspace(0, 12, len(profile))
    shell = 4 * np.pi * r**2 * profile
    assert within[-1] == 1.0
    assert np.trapezoid(shell, r) == pytest.approx(1.0, abs=1e-6)
    # de Vries et al. 1987; root mean square radii of charge in fm.
    assert np.sqrt(np.trapezoid(shell * r**2, r)) == pytest.approx(radius, abs=0.06)


def test_a_sharp_sphere_has_one_fermi_momentum(rng):
    sphere = Nucleus(18, 22, 0.0, WoodsSaxon(4.0, 1e-3))
    fermi = sphere.fermi(rng, 1000)
    density = 3 / (4 * np.pi * 4.0**3)
    for pdg, number in ((PROTON, 18), (NEUTRON, 22)):
        expected = HBARC * np.cbrt(3 * np.pi**2 * number * density)
        assert np.median(fermi[pdg]) == pytest.approx(expected, rel=2e-3)
    size = np.linalg.norm(sphere.nucleon(rng, fermi[PROTON])[:, 1:], axis=1)
    assert (size <= fermi[PROTON]).all()
    # Uniform in the sphere: the mean of p^2 is 3/5 of the Fermi momentum squared.
    assert np.mean((size / fermi[PROTON]) ** 2) == pytest.approx(0.6, abs=0.03)
