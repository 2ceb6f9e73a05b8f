"""Particle-flow jets of 1 TeV, as they are read out."""

from collections.abc import Mapping

from vierbein.interfaces.adapter import Adapter
from vierbein_collider.adapters.jet_features import (
    MOMENTUM_FEATURES,
    PARTICLE_FLOW_FEATURES,
    jet_mapping,
)


class JetsOffline(Adapter):
    """Jets of 1 TeV in the CMS-like detector: R = 0.8, 13 TeV.

    Candidates are tracks, photons and neutral hadrons.

    Parameters
    ----------
    max_particles
        Particles kept, those of largest pT; 0 keeps all.
    stand_ins
        What stands in for features that a base knows and this detector does not measure.
    """

    def __init__(self, max_particles: int = 32, stand_ins: Mapping[str, float] = {}) -> None:
        features = {**MOMENTUM_FEATURES, **PARTICLE_FLOW_FEATURES}
        super().__init__(jet_mapping("offline", features, max_particles), stand_ins)
