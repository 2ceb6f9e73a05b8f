"""The same jets of 1 TeV as `jets_offline` has, as a first-level trigger sees them."""

from collections.abc import Mapping

from vierbein.interfaces.adapter import Adapter
from vierbein_collider.adapters.jet_features import (
    MOMENTUM_FEATURES,
    PARTICLE_FLOW_FEATURES,
    jet_mapping,
)

_NOT_SENT = "tanh_d0"


class JetsTrigger(Adapter):
    """Jets of 1 TeV in a first-level trigger: R = 0.8, 13 TeV.

    At most 32 candidates above 2 GeV with momenta and angles in the steps of the links, coarse
    cells, and no impact parameters.

    Parameters
    ----------
    max_particles
        Particles kept, those of largest pT; 0 keeps all.
    stand_ins
        What stands in for features that a base knows and the trigger does not measure.
    """

    def __init__(
        self, max_particles: int = 32, stand_ins: Mapping[str, float] = {_NOT_SENT: 0.0}
    ) -> None:
        features = {**MOMENTUM_FEATURES, **PARTICLE_FLOW_FEATURES}
        del features[_NOT_SENT]
        super().__init__(jet_mapping("trigger", features, max_particles), stand_ins)
