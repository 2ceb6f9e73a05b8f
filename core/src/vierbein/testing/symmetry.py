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
        Makes a Lorentz transformation of four-momenta from random numbers.
    tolerance
        Largest difference of the representation over its largest value, in double precision.
    shifts
        Whether it also displaces positions (features that are vectors).
    """

    meaning: str
    roles: frozenset[Role]
    matrices: Callable[[torch.Generator], Matrix]
    tolerance: float
    shifts: bool = False


def _rotation(rng: torch.Generator) -> Matrix:
    """Draw a rotation in space: the orthogonal factor of a random matrix, its parity mended."""
    orthogonal, _ = torch.linalg.qr(torch.randn(3, 3, generator=rng, dtype=torch.float64))
    return _of_space(orthogonal * torch.linalg.det(orthogonal).sign())


def _azimuth(rng: torch.Generator) -> Matrix:
    angle = 2 * math.pi * float(torch.rand(1, generator=rng))
    matrix = torch.eye(4, dtype=torch.float64)
    matrix[1, 1] = matrix[2, 2] = math.cos(angle)
    matrix[2, 1] = math.sin(angle)
    matrix[1, 2] = -matrix[2, 1]
    return matrix


def _boost(rng: torch.Generator) -> Matrix:
    """Draw a boost along the beam."""
    rapidity = 0.5 + float(torch.rand(1, generator=rng))
    matrix = torch.eye(4, dtype=torch.float64)
    matrix[0, 0] = matrix[3, 3] = math.cosh(rapidity)
    matrix[0, 3] = matrix[3, 0] = math.sinh(rapidity)
    return matrix


def _lorentz(rng: torch.Generator) -> Matrix:
    """Draw a boost in any direction, after a rotation."""
    return _rotation(rng) @ _boost(rng) @ _rotation(rng)


def _mirror(rng: torch.Generator) -> Matrix:
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
        "azimuth": Symmetry("rotations about the beam (z)", _IN_SPACE, _azimuth, 1e-9),
        "boost": Symmetry("boosts along the beam (z)", _IN_SPACETIME, _boost, 1e-6),
        "rotation": Symmetry("rotations in space", _IN_SPACE, _rotation, 1e-9),
        "reflection": Symmetry("rotations and reflections in space", _IN_SPACE, _mirror, 1e-9),
        "lorentz": Symmetry("rotations and boosts in any direction", _IN_SPACETIME, _lorentz, 1e-6),
        "e3": Symmetry(
            "rotations, reflections and displacements in space, E(3)",
            _IN_SPACE,
            _mirror,
            1e-8,
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


def transformed(symmetry: Symmetry, events: EventBatch, rng: torch.Generator) -> EventBatch:
    """Transform events: their four-momenta, and their features that are vectors."""
    matrix = symmetry.matrices(rng)
    features = events.features.clone()
    shift = 10 * torch.randn(3, generator=rng, dtype=torch.float64) * symmetry.shifts
    for columns in _groups(events.schema, Role.VECTOR, 3):
        features[:, columns] = features[:, columns] @ matrix[1:, 1:].T + shift
    for columns in _groups(events.schema, Role.FOUR_VECTOR, 4):
        features[:, columns] = features[:, columns] @ matrix.T
    return changed(events, p4=events.p4 @ matrix.T, features=features)


def _groups(schema: FeatureSchema, role: Role, size: int) -> Iterator[list[int]]:
    """Give the columns of each vector: components of one stand side by side."""
    columns = [i for i, feature in enumerate(schema.features) if feature.role == role]
    for first in range(0, len(columns) - size + 1, size):
        yield columns[first : first + size]
