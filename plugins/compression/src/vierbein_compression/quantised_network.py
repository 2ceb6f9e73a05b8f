"""A network of fixed-point numbers, made of Brevitas layers whose scales are fixed."""

from collections.abc import Mapping

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vierbein.errors.fixed_point import NotExactError
from vierbein.events.batch import EventBatch, Padded
from vierbein.fixed_point.program import Program
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.network import Network
from vierbein.interfaces.student import Student
from vierbein_compression.tracing import Firmware, Traced, trace


class QuantisedNetwork(FixedPointNetwork):
    """What `compressor=quantize` makes.

    Parameters
    ----------
    network
        Whose body and head are Brevitas layers with fixed scales; it is taken, not copied.
    widths
        Bits of each layer, by name; stored with the parameters, in this order.
    """

    backbone: Student
    widths: Tensor

    def __init__(self, network: Network, widths: Mapping[str, int]) -> None:
        super().__init__(network.projection, network.backbone, network.head)
        self.expanded = network.expanded
        self.register_buffer("widths", torch.tensor(list(widths.values()), dtype=torch.int64))

    @property
    def firmware(self) -> Firmware:
        """What begins at the input words."""
        return Firmware(self.backbone.body, self.head)

    def forward(self, events: EventBatch) -> Tensor:
        """Predict for events in the adapter's schema."""
        return _without_sign(super().forward(events))

    def words(self, events: EventBatch) -> Int[Tensor, "event particle feature"]:
        """Give the input words of events: whole numbers of the input format's spacings."""
        inputs = self.backbone.inputs(self.projection(events))
        return (inputs / self.backbone.format.spacing).round().long()

    def from_words(
        self, words: Int[Tensor, "event particle feature"]
    ) -> Float[Tensor, "event output"]:
        """Predict for input words, by torch's own arithmetic."""
        like: Tensor = next(self.backbone.body.parameters())
        pooled = self.backbone.body(words.to(like.dtype) * self.backbone.format.spacing)
        mask = torch.ones(len(pooled), 1, dtype=torch.bool, device=pooled.device)
        prediction: Tensor = self.head(Representation(pooled, pooled[:, None], mask))
        return _without_sign(prediction)

    def traced(self) -> Traced:
        """Give the program, and what of the network breaks the exact profile."""
        return trace(self.firmware, _shape(self), self.backbone.format)

    def program(self) -> Program:
        """Give what is lowered."""
        found = self.traced()
        if found.findings:
            raise NotExactError([str(finding) for finding in found.findings])
        return found.program


def _without_sign(prediction: Tensor) -> Tensor:
    """Turn zeros with a minus sign, which whole numbers do not have, into zeros."""
    return prediction + 0.0


def _shape(network: QuantisedNetwork) -> tuple[int, ...]:
    """Give the shape of an event's input words, by an event without particles."""
    schema, device = network.backbone.schema, network.widths.device
    empty = Padded(
        torch.zeros(1, 1, 4, device=device),
        torch.zeros(1, 1, len(schema.features), device=device),
        torch.zeros(1, 1, dtype=torch.bool, device=device),
    )
    per_event = torch.zeros(1, len(schema.event_features), device=device)
    with torch.no_grad():
        inputs = network.backbone.inputs(EventBatch.from_padded(schema, empty, per_event))
    return tuple(inputs.shape[1:])
