"""Particle-flow jets of the ATLAS-like detector."""

from collections.abc import Mapping

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
        super().__init__(jet_mapping("atlas", features, max_particles), stand_ins)
