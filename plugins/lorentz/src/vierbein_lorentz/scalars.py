"""What a Lorentz-symmetric backbone may know of a particle besides its four-momentum."""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.batch import Padded
from vierbein.events.schema import FeatureSchema, Role
from vierbein_lorentz.rest_frame import METRIC, psi

_TIME = ((1.0, 0.0, 0.0, 0.0),)
_BEAM = ((1.0, 0.0, 0.0, 1.0), (1.0, 0.0, 0.0, -1.0))

REFERENCES: Final[Mapping[str, tuple[tuple[float, ...], ...]]] = MappingProxyType(
    {"none": (), "time": _TIME, "beam": _BEAM, "both": (*_TIME, *_BEAM)}
)
"""Fixed vectors (E, px, py, pz) by which a detector breaks the symmetry: at rest, and its beams."""

SYMMETRIES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "none": frozenset({"permutation", "lorentz"}),
        "time": frozenset({"permutation", "rotation"}),
        "beam": frozenset({"permutation", "azimuth"}),
        "both": frozenset({"permutation", "azimuth"}),
    }
)
"""What is left of the symmetry beside each of them."""

PRODUCTS_MEAN, PRODUCTS_STD = 2.0, 1.5
"""Of squeezed products with the references, near those of jets' particles: energies in GeV."""

_log = logging.getLogger(__name__)


class ParticleScalars:
    """Choose the features that may be used, and add mass and products with reference vectors.

    Only features whose role is scalar are the same in every frame: the others are left out, and
    `left_out` names them. A feature that is asked for by name is taken whatever its role; one that
    is no scalar breaks the symmetry, and `symmetries` says so.

    Parameters
    ----------
    schema
        Features that there are.
    features
        Names of those wanted; None for all scalars.
    references
        A key of `REFERENCES`.

    Raises
    ------
    UnknownFeatureError
        If a feature is wanted that the schema does not have.
    """

    def __init__(
        self, schema: FeatureSchema, features: Sequence[str] | None, references: str
    ) -> None:
        scalars = {f.name for f in schema.features if f.role == Role.SCALAR}
        wanted = scalars if features is None else set(features)
        if unknown := sorted(wanted - set(schema.names)):
            raise UnknownFeatureError("feature", unknown[0], schema.names)
        self.columns = [i for i, name in enumerate(schema.names) if name in wanted]
        self.left_out = tuple(name for name in schema.names if name not in wanted)
        self.axes = REFERENCES[references]
        exact = wanted <= scalars
        self.symmetries = SYMMETRIES[references] if exact else frozenset({"permutation"})
        self.width = 1 + len(self.axes) + len(self.columns)
        if self.left_out:
            _log.info("Left out, since not the same in every frame: %s", ", ".join(self.left_out))

    def __call__(
        self, padded: Padded, mass2: Float[Tensor, "event slot"]
    ) -> Float[Tensor, "event slot scalar"]:
        """Give squeezed mass squared, squeezed products with the references, and features."""
        p4 = padded.p4
        axes = p4.new_tensor(self.axes).reshape(-1, 4) * p4.new_tensor(METRIC)
        seen = (psi(p4 @ axes.T) - PRODUCTS_MEAN) / PRODUCTS_STD
        features = padded.features[..., self.columns]
        return torch.cat([psi(mass2).unsqueeze(-1), seen, features], dim=-1)
