"""The muon's side: a neutrino turns into a muon, and what it hits into something heavier."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vierbein_neutrino.physics.constants import MUON
from vierbein_neutrino.physics.kinematics import (
    at_rest,
    boosted,
    dot,
    momentum_of_two,
    on_shell,
    turned,
)

Array = NDArray[np.float64]

_SCALE: Final = 1.0
"""In GeV^2: momentum transfers are drawn with a density of 1 / (1 + Q^2 / scale)^2."""


class Vertex(NamedTuple):
    """Kinematics of neutrino + hadron -> muon + hadrons.

    Parameters
    ----------
    is_open
        False where there is not enough energy; the rest then means nothing.
    muon
        Four-momenta in GeV.
    hadrons
        Four-momenta of all the rest, in GeV.
    q2
        -(momentum transfer)^2, in GeV^2.
    range
        By what a distribution in q2 is to be multiplied, so that its mean is its integral; GeV^2.
    """

    is_open: NDArray[np.bool_]
    muon: Array
    hadrons: Array
    q2: Array
    range: Array


def vertex(rng: np.random.Generator, neutrino: Array, struck: Array, mass: Array) -> Vertex:
    """Draw a muon.

    Parameters
    ----------
    rng
        Random numbers.
    neutrino
        Four-momenta in GeV, massless.
    struck
        Four-momenta of what is hit, in GeV.
    mass
        Invariant mass of what it becomes, in GeV.

    Returns
    -------
    Vertex
        One of each an event.
    """
    together = neutrino + struck
    s, before = dot(together, together), dot(struck, struck)
    root = np.sqrt(s)
    is_open = root > mass + MUON
    coming = (s - before) / (2 * root)
    going = momentum_of_two(root, np.full(len(s), MUON), mass)
    energy = np.sqrt(going**2 + MUON**2)
    low, high = (2 * coming * (energy + sign * going) - MUON**2 for sign in (-1, 1))
    first, last = (1 / (1 + edge / _SCALE) for edge in (low, high))
    drawn = first + (last - first) * rng.random(len(s))
    q2 = np.clip(_SCALE * (1 / drawn - 1), low, high)
    with np.errstate(divide="ignore", invalid="ignore"):  # closed ones are at threshold
        cosine = (2 * coming * energy - MUON**2 - q2) / (2 * coming * going)
    cosine = np.where(is_open, np.clip(cosine, -1, 1), 0.0)
    axis = at_rest(neutrino, together)[:, 1:] / coming[:, None]
    direction = turned(cosine, rng.uniform(0, 2 * np.pi, len(s)), axis)
    muon = on_shell(direction * going[:, None], np.full(len(s), MUON))
    muon = boosted(muon, together)
    width = _SCALE * (first - last) / drawn**2
    return Vertex(is_open, muon, together - muon, q2, width)
