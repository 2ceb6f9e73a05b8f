"""The network that is trained: projection, backbone, head."""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch, Padded
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.spare import SpareUnits


class Network(nn.Module):
    """Events -> prediction.

    Parameters
    ----------
    projection
        From the adapter's features to the backbone's.
    backbone
        The encoder.
    head
        From a `Representation` to the task's prediction.
    num_spare
        Units at the end of the pooled vector that the head does not see.
    """

    def __init__(
        self, projection: Projection, backbone: Backbone, head: nn.Module, num_spare: int = 0
    ) -> None:
        super().__init__()
        self.projection = projection
        self.backbone = backbone
        self.spare = SpareUnits(num_spare)
        self.head = head
        self.expanded: tuple[str, ...] = ()
        """Parameters that have more columns than the base's: like the projection's, they learn
        under every tuner where the detector has more than the base knows."""

    def represent(self, events: EventBatch) -> Representation:
        """Give what the head sees of events in the adapter's schema."""
        representation: Representation = self.spare(self.backbone(self.projection(events)))
        return representation

    def forward(self, events: EventBatch) -> Tensor:
        """Predict for events in the adapter's schema."""
        prediction: Tensor = self.head(self.represent(events))
        return prediction


class PaddedNetwork(nn.Module):
    """The same network as a function of tensors, for exporters.

    Parameters
    ----------
    network
        What to export.
    schema
        Of the features that it will be given.
    """

    def __init__(self, network: Network, schema: FeatureSchema) -> None:
        super().__init__()
        self.network = network
        self.schema = schema

    def forward(
        self,
        p4: Float[Tensor, "event slot 4"],
        features: Float[Tensor, "event slot feature"],
        mask: Bool[Tensor, "event slot"],
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Give representation by particle, pooled representation and prediction, in this order."""
        events = EventBatch.from_padded(self.schema, Padded(p4, features, mask))
        representation = self.network.represent(events)
        prediction = self.network.head(representation)
        return representation.particles, representation.pooled, prediction
