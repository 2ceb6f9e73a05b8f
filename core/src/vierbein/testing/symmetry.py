"""Symmetries that a backbone can claim, as transformations of events in double precision."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema, Role
from vierbein.testing.made_events import changed

Matrix = Float[Tensor, "4 4"]

GAMMAS: Final = (1.5, 3.0, 6.0, 10.0)
"""Lorentz factors of the boosts that are tried, each in a direction of its own."""
TOLERANCES: Final[Mapping[torch.dtype, float]] = MappingProxyType(
    {torch.float64: 1e-10, torch.float32: 1e-3}
)
"""Largest change of a representation, over its standard deviation, that is rounding."""


@dataclass(frozen=True)
class Symmetry:
    """One word that a backbone may have among its `symmetries`.

    Parameters
    ----------
    meaning
        What does not change the representation.
    roles
        Features that it may be given: those whose behaviour under it is known.
    matrices
        Makes a Lorentz transformation of four-momenta from random numbers and a boost's gamma.
    shifts
        Whether it also displaces positions (features that are vectors).
    """

    meaning: str
    roles: frozenset[Role]
    matrices: Callable[[torch.Generator, float], Matrix]
    shifts: bool = False


def _rotation(rng: torch.Generator, gamma: float = 1.0) -> Matrix:
    """Draw a rotation in space: the orthogonal factor of a random matrix, its parity mended."""
    del gamma
    orthogonal, _ = torch.linalg.qr(torch.randn(3, 3, generator=rng, dtype=torch.float64))
    return _of_space(orthogonal * torch.linalg.det(orthogonal).sign())


def _azimuth(rng: torch.Generator, gamma: float) -> Matrix:
    del gamma
    angle = 2 * math.pi * float(torch.rand(1, generator=rng))
    matrix = torch.eye(4, dtype=torch.float64)
    matrix[1, 1] = matrix[2, 2] = math.cos(angle)
    matrix[2, 1] = math.sin(angle)
    matrix[1, 2] = -matrix[2, 1]
    return matrix


def _boost(rng: torch.Generator, gamma: float) -> Matrix:
    """Make a boost along the beam, this way or that."""
    rapidity = math.acosh(gamma) * (-1) ** int(torch.randint(2, (), generator=rng))
    matrix = torch.eye(4, dtype=torch.float64)
    matrix[0, 0] = matrix[3, 3] = math.cosh(rapidity)
    matrix[0, 3] = matrix[3, 0] = math.sinh(rapidity)
    return matrix


def _lorentz(rng: torch.Generator, gamma: float) -> Matrix:
    """Draw a boost in any direction, after a rotation."""
    return _rotation(rng) @ _boost(rng, gamma) @ _rotation(rng)


def _mirror(rng: torch.Generator, gamma: float) -> Matrix:
    del gamma
    return _rotation(rng) @ _of_space(-torch.eye(3, dtype=torch.float64))


def _of_space(matrix: Float[Tensor, "3 3"]) -> Matrix:
    whole = torch.eye(4, dtype=torch.float64)
    whole[1:, 1:] = matrix
    return whole


_ONLY_SCALARS = frozenset({Role.SCALAR})
_IN_SPACE = frozenset({Role.SCALAR, Role.VECTOR, Role.FOUR_VECTOR})
_IN_SPACETIME = frozenset({Role.SCALAR, Role.FOUR_VECTOR})

SYMMETRIES: Final[Mapping[str, Symmetry]] = MappingProxyType(
    {
        "azimuth": Symmetry("rotations about the beam (z)", _IN_SPACE, _azimuth),
        "boost": Symmetry("boosts along the beam (z)", _IN_SPACETIME, _boost),
        "rotation": Symmetry("rotations in space", _IN_SPACE, _rotation),
        "reflection": Symmetry("rotations and reflections in space", _IN_SPACE, _mirror),
        "lorentz": Symmetry("rotations and boosts in any direction", _IN_SPACETIME, _lorentz),
        "e3": Symmetry(
            "rotations, reflections and displacements in space, E(3)",
            _IN_SPACE,
            _mirror,
            shifts=True,
        ),
    }
)
"""Beside permutation, which every backbone has."""


def known_to(symmetry: Symmetry, schema: FeatureSchema) -> FeatureSchema:
    """Keep the features whose behaviour under a symmetry is known."""

    def kept(features: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(feature for feature in features if feature.role in symmetry.roles)

    return FeatureSchema(kept(schema.features), kept(schema.event_features))


def transformed(
    symmetry: Symmetry, events: EventBatch, rng: torch.Generator, gamma: float = GAMMAS[-1]
) -> EventBatch:
    """Transform events: their four-momenta, and their features that are vectors."""
    matrix = symmetry.matrices(rng, gamma)
    features = events.features.clone()
    shift = 10 * torch.randn(3, generator=rng, dtype=torch.float64) * symmetry.shifts
    for columns in _groups(events.schema, Role.VECTOR, 3):
        features[:, columns] = features[:, columns] @ matrix[1:, 1:].T + shift
    for columns in _groups(events.schema, Role.FOUR_VECTOR, 4):
        features[:, columns] = features[:, columns] @ matrix.T
    return changed(events, p4=events.p4 @ matrix.T, features=features)


def collimated(events: EventBatch) -> EventBatch:
    """Make jets of them: massless particles within some tenths of a radian, up to a hundred GeV.

    As of jets' candidates, no mass of theirs is known: at a hundred times its mass, rounding to
    single precision spoils a particle's mass squared by a thousandth of itself.
    """
    momentum = events.p4[:, 1:]
    size = momentum.square().sum(1, keepdim=True).sqrt()
    axis = momentum.new_tensor([1.0, 2.0, 2.0]) / 3
    direction = torch.nn.functional.normalize(axis + 0.2 * momentum / size, dim=1)
    return changed(events, p4=20 * torch.cat([size, size * direction], dim=1))


def slow(events: EventBatch) -> EventBatch:
    """Take nine tenths of the momenta off and leave the masses, which then matter."""
    momentum = 0.1 * events.p4[:, 1:]
    mass2 = events.p4[:, 0].square() - events.p4[:, 1:].square().sum(1)
    energy = (mass2 + momentum.square().sum(1)).sqrt().unsqueeze(1)
    return changed(events, p4=torch.cat([energy, momentum], dim=1))


def _groups(schema: FeatureSchema, role: Role, size: int) -> Iterator[list[int]]:
    """Give the columns of each vector: components of one stand side by side."""
    columns = [i for i, feature in enumerate(schema.features) if feature.role == role]
    for first in range(0, len(columns) - size + 1, size):
        yield columns[first : first + size]
