import numpy as np
import pytest

from vierbein_neutrino.physics.kinematics import (
    at_rest,
    boosted,
    decayed,
    dot,
    isotropic,
    on_shell,
    turned,
)


def moving(rng, num, mass=2.0):
    return on_shell(3 * rng.normal(size=(num, 3)), np.full(num, mass))


def test_there_and_back_again(rng):
    p4, frame = moving(rng, 50), moving(rng, 50, 0.5)
    assert at_rest(boosted(p4, frame), frame) == pytest.approx(p4, abs=1e-9)
    assert at_rest(frame, frame) == pytest.approx(np.tile([0.5, 0, 0, 0], (50, 1)), abs=1e-9)
    assert dot(boosted(p4, frame), boosted(p4, frame)) == pytest.approx(np.full(50, 4.0), rel=1e-6)


def test_directions_turn_by_the_angle_asked_for(rng):
    axis = np.concatenate([isotropic(rng, 100), [[0, 0, 1.0], [0, 0, -1.0]]])
    cosine = rng.uniform(-1, 1, 102)
    found = turned(cosine, rng.uniform(0, 6, 102), axis)
    assert np.linalg.norm(found, axis=1) == pytest.approx(np.ones(102))
    assert (found * axis).sum(1) == pytest.approx(cosine, abs=1e-12)


@pytest.mark.parametrize("num_bodies", [2, 3, 6])
def test_decays_conserve_momentum_on_shell(num_bodies, rng):
    parent = moving(rng, 200)
    masses = [np.full(200, 0.1 * (i + 1) / num_bodies) for i in range(num_bodies)]
    weight, products = decayed(rng, parent, masses)
    assert (weight > 0).all()
    assert sum(products) == pytest.approx(parent, abs=1e-9)
    for p4, mass in zip(products, masses, strict=True):
        assert dot(p4, p4) == pytest.approx(mass**2, abs=1e-8)


def test_three_massless_bodies_fill_the_dalitz_plot_evenly(rng):
    num = 40_000
    parent = on_shell(np.zeros((num, 3)), np.ones(num))
    weight, products = decayed(rng, parent, [np.zeros(num)] * 3)
    for i, j in ((0, 1), (1, 2), (0, 2)):
        pair = products[i] + products[j]
        share = dot(pair, pair)  # its density falls linearly: mean 1/3, mean square 1/6
        assert np.average(share, weights=weight) == pytest.approx(1 / 3, abs=0.006)
        assert np.average(share**2, weights=weight) == pytest.approx(1 / 6, abs=0.006)


def test_what_is_too_heavy_does_not_happen(rng):
    weight, products = decayed(rng, moving(rng, 4, 0.3), [np.full(4, 0.2)] * 3)
    assert (weight == 0).all()
    assert all(np.isfinite(p4).all() for p4 in products)
