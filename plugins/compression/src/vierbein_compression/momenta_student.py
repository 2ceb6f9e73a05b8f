"""Students that read the four-momenta of the hardest particles, and nothing else."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.fixed_point.format import Format
from vierbein.interfaces.student import Student
from vierbein_compression.inputs import INPUTS, InputsName
from vierbein_compression.leading import leading


class MomentaStudent(Student):
    """What all students of this plugin share: their inputs.

    Parameters
    ----------
    schema
        Features that it is given; it reads four-momenta alone.
    body
        Inputs -> pooled vector, of the last of its parts' width.
    width
        Of the pooled vector.
    num_particles
        The leading ones in transverse momentum are seen.
    inputs
        What is read of each particle.
    grid
        Of the input words.
    """

    body: nn.Module

    def __init__(
        self,
        schema: FeatureSchema,
        body: nn.Module,
        width: int,
        num_particles: int,
        inputs: InputsName,
        grid: Format,
    ) -> None:
        super().__init__()
        self.schema, self.width, self.body = schema, width, body
        self.num_particles, self.format = num_particles, grid
        self.read = INPUTS[inputs]
        self.symmetries = self.read.symmetries

    def features(self, events: EventBatch) -> Float[Tensor, "event particle feature"]:
        """Compute what is read of each particle; zeros in empty slots."""
        chosen = leading(events, self.num_particles)
        return torch.where(chosen.mask[..., None], self.read.of(chosen), 0.0)

    def blocks(self) -> Sequence[nn.Module]:
        """Give the parts of the body that have parameters."""
        return [part for part in self.body.children() if any(True for _ in part.parameters())]
