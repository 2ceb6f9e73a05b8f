import numpy as np
import pytest

from vierbein_neutrino.physics.beam import Monoenergetic, Numi


def test_the_flux_peaks_where_the_published_one_does(rng):
    energies = Numi().energies(rng, 50_000)
    contents, edges = np.histogram(energies, np.arange(0, 20.5, 0.5))
    assert edges[contents.argmax()] == 3.0
    # The ratio of two published bins, 42.76 and 20.41, 1 GeV apart.
    assert contents[6] / contents[8] == pytest.approx(42.76 / 20.41, rel=0.05)
    assert 0.15 <= energies.min() < energies.max() <= 20.0


def test_it_flies_along_z(rng):
    momenta = Monoenergetic(2.0).momenta(rng, 3, mass=0.3)
    assert momenta[:, 1:3].tolist() == [[0, 0]] * 3
    assert momenta[:, 0] == pytest.approx([2.0] * 3)
    assert momenta[:, 0] ** 2 - momenta[:, 3] ** 2 == pytest.approx([0.09] * 3)
