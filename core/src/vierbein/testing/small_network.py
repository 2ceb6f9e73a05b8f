"""A small network with what tuners and hardware backends meet in large ones."""

from collections.abc import Sequence
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema, Role
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection

SCHEMA: Final = FeatureSchema(
    (
        Feature("charge", "e", "electric charge", Role.SCALAR),
        Feature("log_pt", "log(GeV)", "logarithm of the transverse momentum"),
    )
)
"""What its base knows."""

WIDTH: Final = 8
NUM_OUTPUTS: Final = 2


class SmallSets(Backbone):
    """Each particle alone, then attention between them that calls torch's fused kernel, their mean.

    Parameters
    ----------
    schema
        Features that it is given.
    """

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()
        self.schema, self.width = schema, WIDTH
        self.entry = nn.Linear(len(schema.features) + 4, WIDTH)
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=True)
        self.exit = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, WIDTH), nn.Tanh())

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded, mask = events.padded, events.padded.mask
        x = torch.tanh(self.entry(torch.cat([padded.features, torch.asinh(padded.p4)], dim=-1)))
        first = torch.zeros_like(mask)
        first[:, 0] = True  # a row without keys has no softmax
        keys = ~(mask | (first & ~mask.any(1, keepdim=True)))
        x = x + self.attention(x, x, x, key_padding_mask=keys, need_weights=False)[0]
        x = self.exit(x) * mask.unsqueeze(-1)
        pooled = x.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        return Representation(pooled, x, mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give its three parts."""
        return [self.entry, self.attention, self.exit]


class SmallHead(nn.Linear):
    """Pooled vector -> prediction."""

    def __init__(self, width: int = WIDTH, num_outputs: int = NUM_OUTPUTS) -> None:
        super().__init__(width, num_outputs)

    def forward(self, representation: Representation) -> Float[Tensor, "event output"]:  # type: ignore[override]
        """Predict."""
        return super().forward(representation.pooled)


def small_network(
    *,
    given: FeatureSchema = SCHEMA,
    seed: int = 0,
    head: nn.Module | None = None,
    num_spare: int = 0,
) -> Network:
    """Make it with the parameters of a seed.

    Parameters
    ----------
    given
        What the adapter gives; features that the base does not know are joined by the projection.
    seed
        Of the parameters.
    head
        Another one than `SmallHead`.
    num_spare
        Units that the head does not see.

    Returns
    -------
    Network
        In evaluation mode.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        names = {*given.names, *SCHEMA.names}
        projection = Projection(given, SCHEMA, dict.fromkeys(names, (0.1, 2.0)))
        return Network(projection, SmallSets(SCHEMA), head or SmallHead(), num_spare).eval()


class WholeSets(Backbone):
    """Whole numbers in, whole numbers out: 32-bit floats and fixed point agree in every bit.

    Parameters
    ----------
    schema
        Features that it is given.
    """

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()
        self.schema, self.width = schema, 4
        self.entry = nn.Linear(len(schema.features) + 4, 4)
        self.exit = nn.Linear(4, 4)

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded, mask = events.padded, events.padded.mask
        x = torch.relu(self.entry(torch.cat([padded.features, padded.p4], dim=-1)))
        x = self.exit(x).masked_fill(~mask.unsqueeze(-1), 0.0)  # a product has zeros of both signs
        return Representation(x.sum(1), x, mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give its two layers."""
        return [self.entry, self.exit]


def whole_network(seed: int = 0) -> Network:
    """Make a network whose parameters are -1, 0 and 1, in evaluation mode."""
    projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.0, 1.0)))
    network = Network(projection, WholeSets(SCHEMA), SmallHead(4)).eval()
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in (network.backbone, network.head):
            for parameter in module.parameters():
                parameter.copy_(torch.randint(-1, 2, parameter.shape, generator=rng))
    return network
