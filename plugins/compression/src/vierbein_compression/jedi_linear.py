"""Interaction of all particles with all others at a cost that is linear in their number."""

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.schema import FeatureSchema
from vierbein_compression.dense import dense
from vierbein_compression.inputs import NUM_FEATURES, InputsName
from vierbein_compression.momenta_student import MomentaStudent
from vierbein_compression.sizes import checked, grid


class JediLinear(MomentaStudent):
    """Layers of each particle and of the sum of all, their sum, and layers of that [1]_.

    A linear map of every pair, summed over partners, is one map of the particle and one of the sum
    of all: no pair is ever formed.

    Parameters
    ----------
    schema
        Features that it is given; it reads four-momenta alone.
    num_particles
        The leading ones in transverse momentum are seen.
    width
        Of every layer, and of the pooled vector.
    depth
        Interactions before the pooling, and layers after it.
    inputs
        Of each particle: plain (momentum and place in the jet) or lorentz (invariant masses).
    input_bits
        Width of each input word, its sign included.
    fraction_bits
        The words' spacing is two to the minus this.

    References
    ----------
    .. [1] arXiv:2508.15468.
    """

    def __init__(
        self,
        schema: FeatureSchema,
        *,
        num_particles: int = 8,
        width: int = 32,
        depth: int = 2,
        inputs: InputsName = "plain",
        input_bits: int = 8,
        fraction_bits: int = 4,
    ) -> None:
        checked(num_particles=num_particles, width=width, depth=depth)
        body = JediLinearBody(num_particles, width, depth)
        words = grid(input_bits, fraction_bits)
        super().__init__(schema, body, width, num_particles, inputs, words)


class JediLinearBody(nn.Module):
    """What becomes firmware.

    Parameters
    ----------
    num_particles
        Slots of an event.
    width
        Of every layer.
    depth
        Interactions, and layers after the sum.
    """

    def __init__(self, num_particles: int, width: int, depth: int) -> None:
        super().__init__()
        sizes = [NUM_FEATURES, *[width] * depth]
        self.interactions = nn.Sequential(
            *(Interaction(size, width, num_particles) for size in sizes[:-1])
        )
        self.rho = dense(width, width, depth)

    def forward(self, inputs: Float[Tensor, "event particle 3"]) -> Float[Tensor, "event width"]:
        """Compute the pooled vector."""
        pooled: Tensor = self.rho(self.interactions(inputs).sum(1))
        return pooled


class Interaction(nn.Module):
    """A rectified linear map of each particle and of the sum of all.

    Parameters
    ----------
    num_inputs
        Numbers a particle.
    width
        Of the result.
    num_particles
        Slots of an event; the map of their sum starts as small as that of a mean would.
    """

    def __init__(self, num_inputs: int, width: int, num_particles: int) -> None:
        super().__init__()
        self.each = nn.Linear(num_inputs, width)
        self.everyone = nn.Linear(num_inputs, width, bias=False)
        self.relu = nn.ReLU()
        nn.init.uniform_(
            self.everyone.weight, *(s * num_inputs**-0.5 / num_particles for s in (-1, 1))
        )

    def forward(
        self, x: Float[Tensor, "event particle input"]
    ) -> Float[Tensor, "event particle width"]:
        """Let the particles interact."""
        heard: Tensor = self.relu(self.each(x) + self.everyone(x.sum(1, keepdim=True)))
        return heard
