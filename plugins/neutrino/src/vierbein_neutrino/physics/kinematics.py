"""Four-momenta (E, px, py, pz) in GeV, one row each: boosts and decays into phase space."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def dot(a: Array, b: Array) -> Array:
    """Multiply four-momenta row by row, metric (+,-,-,-)."""
    product: Array = a[:, 0] * b[:, 0] - (a[:, 1:] * b[:, 1:]).sum(1)
    return product


def momentum_of_two(mass: Array, one: Array, other: Array) -> Array:
    """Give the momentum of two particles that something at rest decays into; masses in GeV."""
    energy = (mass**2 + one**2 - other**2) / (2 * mass)
    momentum: Array = np.sqrt(np.maximum(energy**2 - one**2, 0.0))
    return momentum


def on_shell(momentum: Array, mass: Array) -> Array:
    """Put the energy before momenta (three columns); one mass a row, in GeV."""
    return np.column_stack([np.sqrt((momentum**2).sum(1) + mass**2), momentum])


def boosted(p4: Array, frame: Array) -> Array:
    """Carry momenta from the rest frame of something to where it moves.

    Parameters
    ----------
    p4
        In its rest frame.
    frame
        Its four-momentum; time-like.

    Returns
    -------
    ndarray
        In the frame where it has that momentum.
    """
    mass = np.sqrt(dot(frame, frame))
    along = (p4[:, 1:] * frame[:, 1:]).sum(1)
    energy = (frame[:, 0] * p4[:, 0] + along) / mass
    factor = (along / (frame[:, 0] + mass) + p4[:, 0]) / mass
    return np.column_stack([energy, p4[:, 1:] + factor[:, None] * frame[:, 1:]])


def at_rest(p4: Array, frame: Array) -> Array:
    """Carry momenta into the rest frame of something; the inverse of `boosted`."""
    return boosted(p4, frame * np.array([1.0, -1.0, -1.0, -1.0]))


def isotropic(rng: np.random.Generator, num: int) -> Array:
    """Draw unit vectors, uniformly over the sphere."""
    cosine, azimuth = rng.uniform(-1, 1, num), rng.uniform(0, 2 * np.pi, num)
    sine = np.sqrt(1 - cosine**2)
    return np.column_stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine])


def turned(cosine: Array, azimuth: Array, axis: Array) -> Array:
    """Give unit vectors at an angle to axes.

    Parameters
    ----------
    cosine
        Of the angle to the axis.
    azimuth
        Around it, from wherever.
    axis
        Unit vectors, one a row.

    Returns
    -------
    ndarray
        Unit vectors, one a row.
    """
    is_upright = np.abs(axis[:, 2:]) > 0.9  # noqa: PLR2004 - any vector that is not along the axis
    other = np.where(is_upright, [[1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0]])
    first = np.cross(other, axis)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(axis, first)
    sine = np.sqrt(np.maximum(1 - cosine**2, 0.0))
    across = np.cos(azimuth)[:, None] * first + np.sin(azimuth)[:, None] * second
    directions: Array = cosine[:, None] * axis + sine[:, None] * across
    return directions


def decayed(
    rng: np.random.Generator, parent: Array, masses: Sequence[Array]
) -> tuple[Array, list[Array]]:
    """Let something decay into phase space, no matrix element.

    Two bodies at a time: intermediate masses are drawn uniformly in order, and the weight is the
    product of the momenta of all steps [1]_.

    Parameters
    ----------
    rng
        Random numbers.
    parent
        Its four-momentum, one row an event.
    masses
        Of each product, in GeV, one value an event; at least two.

    Returns
    -------
    ndarray
        The weight of each event; zero where the masses are too large. Two bodies have no other.
    list
        Four-momenta of the products.

    References
    ----------
    .. [1] F. James, CERN 68-15 (1968).
    """
    num, least = len(parent), np.asarray(sum(masses))
    mass = np.sqrt(np.maximum(dot(parent, parent), 0.0))
    is_open = mass > least
    # Where it is closed, something else decays, so that all numbers are finite.
    mass = np.where(is_open, mass, least + 1)
    parent = np.where(is_open[:, None], parent, on_shell(np.zeros((num, 3)), mass))
    spare = mass - least
    shares = np.sort(rng.random((num, len(masses) - 2)), axis=1)
    weight, products, rest = np.ones(num), [], parent
    for step in range(len(masses) - 1):
        left = sum(masses[step + 1 :])
        if step < len(masses) - 2:
            left = left + spare * shares[:, -1 - step]
        momentum = momentum_of_two(mass, masses[step], np.asarray(left))
        weight *= momentum
        direction = isotropic(rng, num) * momentum[:, None]
        products.append(boosted(on_shell(direction, masses[step]), rest))
        rest = boosted(on_shell(-direction, np.asarray(left)), rest)
        mass = np.asarray(left)
    return np.where(is_open, weight, 0.0), [*products, rest]
