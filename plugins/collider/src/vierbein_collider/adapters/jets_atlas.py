"""Particle-flow jets of the ATLAS-like detector."""

from collections.abc import Mapping

from vierbein.events.mapping import Mapping as EventMapping
from vierbein.interfaces.adapter import Adapter
from vierbein_collider.adapters.jet_features import (
    MOMENTUM_FEATURES,
    PARTICLE_FLOW_FEATURES,
    jet_mapping,
)


class JetsAtlas(Adapter):
    """Jets of the ATLAS-like detector: R = 1.0, 450-600 GeV, 13.6 TeV.

    Candidates are tracks, photons and neutral hadrons.

    Parameters
    ----------
    max_particles
        Particles kept, those of largest pT; 0 keeps all.
    stand_ins
        What stands in for features that a base knows and this detector does not measure.
    """

    def __init__(self, max_particles: int = 48, stand_ins: Mapping[str, float] = {}) -> None:
        features = {**MOMENTUM_FEATURES, **PARTICLE_FLOW_FEATURES}
        self._mapping = jet_mapping("atlas", features, max_particles)
        self._stand_ins = dict(stand_ins)

    @property
    def mapping(self) -> EventMapping:
        """How columns become events."""
        return self._mapping

    @property
    def stand_ins(self) -> Mapping[str, float]:
        """What stands in for features that are not measured."""
        return self._stand_ins
