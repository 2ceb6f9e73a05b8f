"""A fixed-point network of torch's own operations, for tests of hardware backends."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vierbein.errors.fixed_point import NotExactError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Operation
from vierbein.fixed_point.program import Program
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.student import Student
from vierbein.testing.made_program import NUM_PARTICLES, WORD, sets
from vierbein.testing.small_network import SCHEMA, SmallHead


class RoundedSets(Student):
    """Sums of a rounded hidden layer of each of the hardest particles' momenta.

    Parameters
    ----------
    schema
        Features that it is given; it reads four-momenta alone.
    width
        Of the hidden layer.
    """

    def __init__(self, schema: FeatureSchema, width: int = 6) -> None:
        super().__init__()
        self.schema, self.width = schema, width
        self.num_particles, self.format = NUM_PARTICLES, WORD
        self.body = RoundedBody(width)

    def features(self, events: EventBatch) -> Float[Tensor, "event particle feature"]:
        """Give the logarithmic momenta of the hardest particles."""
        padded = events.padded
        missing = max(0, self.num_particles - padded.mask.shape[1])
        p4 = nn.functional.pad(padded.p4, (0, 0, 0, missing))
        order = p4[..., 1:3].square().sum(-1).sort(dim=1, descending=True, stable=True).indices
        chosen = p4.gather(1, order[:, : self.num_particles, None].expand(-1, -1, 4))
        return torch.asinh(chosen[..., 1:])

    def blocks(self) -> Sequence[nn.Module]:
        """Give its only part."""
        return [self.body]


class RoundedBody(nn.Module):
    """One hidden layer a particle, rounded and clamped, and its sum over particles."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.each = nn.Linear(3, width)
        self.grid = Format(is_signed=False, num_bits=5, num_fraction=2)

    def forward(self, inputs: Float[Tensor, "event particle 3"]) -> Float[Tensor, "event width"]:
        """Compute the sum."""
        spacing = self.grid.spacing
        x = (self.each(inputs) / spacing).round().clamp(self.grid.lowest, self.grid.highest)
        total: Tensor = (x * spacing).sum(1)
        return total


class MadeFixedPointNetwork(FixedPointNetwork):
    """`RoundedSets` with the parameters of the program `sets`."""

    def words(self, events: EventBatch) -> Int[Tensor, "event particle feature"]:
        """Give whole numbers of the input's spacings."""
        student: RoundedSets = self.backbone  # type: ignore[assignment]
        inputs = student.inputs(self.projection(events))
        return (inputs / WORD.spacing).round().long()

    def from_words(
        self, words: Int[Tensor, "event particle feature"]
    ) -> Float[Tensor, "event output"]:
        """Predict by torch's own arithmetic."""
        body: RoundedBody = self.backbone.body  # type: ignore[assignment]
        pooled = body(words.float() * WORD.spacing)
        prediction: Tensor = nn.functional.linear(pooled, self.head.weight, self.head.bias)  # type: ignore[arg-type]
        return prediction

    def program(self) -> Program:
        """Give the program whose numbers its parameters are; a foreign head is in none."""
        if not isinstance(self.head, SmallHead):
            raise NotExactError([f"head: {type(self.head).__name__} is no linear layer"])
        return sets(self.seed)

    seed: int = 0


def made_fixed_point_network(seed: int = 0) -> MadeFixedPointNetwork:
    """Make one with the numbers of a seed, in evaluation mode."""
    projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
    network = MadeFixedPointNetwork(projection, RoundedSets(SCHEMA), SmallHead(6))
    network.seed = seed
    each, _, _, out = sets(seed).operations
    student: RoundedSets = network.backbone  # type: ignore[assignment]
    head: SmallHead = network.head  # type: ignore[assignment]
    body: RoundedBody = student.body  # type: ignore[assignment]
    _fill(body.each, each)
    _fill(head, out)
    return network.eval()


def _fill(layer: nn.Linear, operation: Operation) -> None:
    assert isinstance(operation, Dense)  # for the type checker
    assert operation.bias is not None  # for the type checker
    with torch.no_grad():
        weight = operation.weight.T * 2.0**-operation.weight_fraction
        layer.weight.copy_(torch.from_numpy(weight))
        layer.bias.copy_(torch.from_numpy(operation.bias * 2.0**-operation.bias_fraction))
