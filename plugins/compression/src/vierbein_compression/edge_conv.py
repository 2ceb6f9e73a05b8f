"""Convolution on the edges between all pairs of a few particles."""

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.schema import FeatureSchema
from vierbein_compression.dense import dense
from vierbein_compression.inputs import NUM_FEATURES, InputsName
from vierbein_compression.momenta_student import MomentaStudent
from vierbein_compression.sizes import checked, grid


class EdgeConv(MomentaStudent):
    """Layers of every pair, their maximum over partners, the sum of that, and layers of it [1]_.

    The cost grows with the square of the number of particles. Each particle is its own partner,
    too.

    Parameters
    ----------
    schema
        Features that it is given; it reads four-momenta alone.
    num_particles
        The leading ones in transverse momentum are seen.
    width
        Of every layer, and of the pooled vector.
    depth
        Layers of a pair, and layers after the sum.
    inputs
        Of each particle: plain (momentum and place in the jet) or lorentz (invariant masses).
    input_bits
        Width of each input word, its sign included.
    fraction_bits
        The words' spacing is two to the minus this.

    References
    ----------
    .. [1] Y. Wang et al., arXiv:1801.07829; for jets, arXiv:1902.08570.
    """

    def __init__(
        self,
        schema: FeatureSchema,
        *,
        num_particles: int = 8,
        width: int = 16,
        depth: int = 2,
        inputs: InputsName = "plain",
        input_bits: int = 8,
        fraction_bits: int = 4,
    ) -> None:
        checked(num_particles=num_particles, width=width, depth=depth)
        body = EdgeConvBody(num_particles, width, depth)
        words = grid(input_bits, fraction_bits)
        super().__init__(schema, body, width, num_particles, inputs, words)


class EdgeConvBody(nn.Module):
    """What becomes firmware.

    The first layer of a pair (x_i, x_j) is one map of x_i and one of x_j, and so is a map of
    (x_i, x_j - x_i): it is computed once a particle, and added for every pair.

    Parameters
    ----------
    num_particles
        Slots of an event.
    width
        Of every layer.
    depth
        Layers of a pair, and layers after the sum.
    """

    def __init__(self, num_particles: int, width: int, depth: int) -> None:
        super().__init__()
        slots = range(num_particles)
        self.num_particles = num_particles
        self.receivers = [i for i in slots for _ in slots]
        self.senders = [j for _ in slots for j in slots]
        self.receiver = nn.Linear(NUM_FEATURES, width)
        self.sender = nn.Linear(NUM_FEATURES, width, bias=False)
        self.relu = nn.ReLU()
        self.edges = dense(width, width, depth - 1)
        self.rho = dense(width, width, depth)

    def forward(self, inputs: Float[Tensor, "event particle 3"]) -> Float[Tensor, "event width"]:
        """Compute the pooled vector."""
        one, other = self.receiver(inputs), self.sender(inputs)
        pairs = self.edges(self.relu(one[:, self.receivers] + other[:, self.senders]))
        num = self.num_particles
        by_receiver = pairs.reshape(-1, num, num, pairs.shape[2])
        pooled: Tensor = self.rho(by_receiver.amax(2).sum(1))
        return pooled
