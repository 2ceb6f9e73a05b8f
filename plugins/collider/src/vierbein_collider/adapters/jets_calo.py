"""Calorimeter jets: towers only."""

from collections.abc import Mapping

from vierbein.interfaces.adapter import Adapter
from vierbein_collider.adapters.jet_features import MOMENTUM_FEATURES, jet_mapping


class JetsCalo(Adapter):
    """Jets of calorimeter towers (R = 1.5, 200-350 GeV, 13 TeV): no charge, no kinds, no tracks.

    Parameters
    ----------
    max_particles
        Towers kept, those of largest pT; 0 keeps all.
    stand_ins
        What stands in for features that a base knows and towers do not have. A tower sums particles
        of all kinds, so its kind is about the shares of the kinds in a particle-flow jet.
    """

    def __init__(
        self,
        max_particles: int = 48,
        stand_ins: Mapping[str, float] = {
            "charge": 0.0,
            "is_charged_hadron": 0.6,
            "is_neutral_hadron": 0.05,
            "is_photon": 0.35,
            "is_electron": 0.0,
            "is_muon": 0.0,
            "tanh_d0": 0.0,
        },
    ) -> None:
        super().__init__(jet_mapping("calo", MOMENTUM_FEATURES, max_particles), stand_ins)
