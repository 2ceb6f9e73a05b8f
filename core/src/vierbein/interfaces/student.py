"""Students: backbones that are small and plain enough for firmware."""

from abc import abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.fixed_point.format import Format
from vierbein.interfaces.backbone import Backbone, Representation


class Student(Backbone):
    """A backbone whose body is a plain function of a fixed number of particles.

    Firmware begins where `inputs` ends: what comes before it (selection, order, coordinates) is the
    business of whoever delivers the input words. Slots without a particle are zeros, and count.

    A body consists of `nn.Linear` and `nn.ReLU` modules and of functions that `torch.fx` follows:
    sums and maxima over an axis, additions, concatenations, transpositions, reshapings, and
    choices by constant indices.
    """

    num_particles: int
    """The leading ones in transverse momentum are seen."""
    format: Format
    """Of the input words."""
    body: nn.Module
    """Inputs (event, particle, feature) -> pooled (event, width)."""

    @abstractmethod
    def features(self, events: EventBatch) -> Float[Tensor, "event particle feature"]:
        """Compute the body's inputs before they are put on the grid of the input words."""

    def inputs(self, events: EventBatch) -> Float[Tensor, "event particle feature"]:
        """Give the body's inputs, rounded to the grid of the input words, and saturated.

        Gradients pass as if nothing had been rounded.
        """
        features, grid = self.features(events), self.format
        ends = (grid.lowest * grid.spacing, grid.highest * grid.spacing)
        rounded = ((features / grid.spacing).round() * grid.spacing).clamp(*ends)
        return features + (rounded - features).detach() if features.requires_grad else rounded

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch; each particle is told the event's vector."""
        pooled = self.body(self.inputs(events))
        mask = events.padded.mask
        particles = torch.where(mask[..., None], pooled[:, None, :], 0.0)
        return Representation(pooled, particles, mask)


class StudentHead(nn.Module):
    """What stands on a student: a linear layer, whatever the task's own head is.

    Parameters
    ----------
    width
        Of the representation.
    num_outputs
        Columns of the task's prediction.
    """

    def __init__(self, width: int, num_outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, num_outputs)

    def forward(self, representation: Representation) -> Float[Tensor, "event output"]:
        """Predict from the pooled vector."""
        prediction: Tensor = self.linear(representation.pooled)
        return prediction
