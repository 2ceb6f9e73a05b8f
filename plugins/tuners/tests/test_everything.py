"""The projection of per-event features learns where the backbone reads them, and only there."""

import pytest
import torch

from vierbein.events.schema import Feature, FeatureSchema
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.liveness import dead_parameters
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.testing.made_events import made_events
from vierbein_tuners.everything import reads
from vierbein_tuners.full import Full
from vierbein_tuners.probe import Probe

KNOWN = (Feature("charge"), Feature("pt"), Feature("eta"))
WITH_EVENTS = FeatureSchema(KNOWN, (Feature("pile_up"),))
MORE = FeatureSchema((*KNOWN, Feature("d0")), (Feature("pile_up"),))
PROJECTION = {"projection.event_linear.weight", "projection.event_linear.bias"}


def network_of(make_network, is_read, given=WITH_EVENTS):
    made = make_network("fused")
    fused = type(made.backbone)

    class Reading(fused):
        def forward(self, events):
            found = super().forward(events)
            scale = 1 + self.of_events(events.event_features)
            return Representation(found.pooled * scale, found.particles, found.mask)

    backbone = (Reading if is_read else fused)(WITH_EVENTS)
    if is_read:
        backbone.of_events = torch.nn.Linear(1, 1)
        torch.nn.init.zeros_(backbone.of_events.weight)  # as an expanded column is at the start
    names = {*given.names, *given.event_names}
    projection = Projection(given, WITH_EVENTS, dict.fromkeys(names, (0.1, 2.0)))
    return Network(projection, backbone, made.head).eval()


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize(("tuner", "given"), [(Full(), WITH_EVENTS), (Probe(), MORE)])
def test_it_learns_where_it_is_read(make_network, is_read, tuner, given):
    network = network_of(make_network, is_read, given)
    assert reads(network.backbone, "event_features") is is_read
    tuner.apply(network)
    learning = {name for name, p in network.named_parameters() if p.requires_grad}
    if is_read and isinstance(tuner, Probe):
        network.backbone.of_events.weight.data.fill_(1.0)  # a frozen zero would hide it
    assert (learning >= PROJECTION) is is_read
    assert "projection.linear.weight" in learning
    assert dead_parameters(network, made_events(given, (4, 3))) == ()
