"""Deep sets: each particle alone, then all of them together."""

from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.schema import FeatureSchema
from vierbein_compression.dense import dense
from vierbein_compression.inputs import NUM_FEATURES, InputsName
from vierbein_compression.momenta_student import MomentaStudent
from vierbein_compression.sizes import checked, grid

Pooling = Literal["sum", "max"]


class DeepSets(MomentaStudent):
    """Layers of each particle alone, their sum or maximum, and layers of that [1]_.

    Parameters
    ----------
    schema
        Features that it is given; it reads four-momenta alone.
    num_particles
        The leading ones in transverse momentum are seen.
    width
        Of every layer, and of the pooled vector.
    depth
        Layers before the pooling, and after it.
    pooling
        Over particles. A maximum keeps the words narrow; a sum counts.
    inputs
        Of each particle: plain (momentum and place in the jet) or lorentz (invariant masses).
    input_bits
        Width of each input word, its sign included.
    fraction_bits
        The words' spacing is two to the minus this.

    References
    ----------
    .. [1] M. Zaheer et al., arXiv:1703.06114; P. T. Komiske, E. M. Metodiev, J. Thaler,
       arXiv:1810.05165.
    """

    def __init__(
        self,
        schema: FeatureSchema,
        *,
        num_particles: int = 8,
        width: int = 32,
        depth: int = 2,
        pooling: Pooling = "sum",
        inputs: InputsName = "plain",
        input_bits: int = 8,
        fraction_bits: int = 4,
    ) -> None:
        checked(num_particles=num_particles, width=width, depth=depth)
        body = DeepSetsBody(width, depth, pooling)
        words = grid(input_bits, fraction_bits)
        super().__init__(schema, body, width, num_particles, inputs, words)


class DeepSetsBody(nn.Module):
    """What becomes firmware.

    Parameters
    ----------
    width
        Of every layer.
    depth
        Layers before the pooling, and after it.
    pooling
        Over particles.
    """

    def __init__(self, width: int, depth: int, pooling: Pooling) -> None:
        super().__init__()
        self.pooling = pooling
        self.phi = dense(NUM_FEATURES, width, depth)
        self.rho = dense(width, width, depth)

    def forward(self, inputs: Float[Tensor, "event particle 3"]) -> Float[Tensor, "event width"]:
        """Compute the pooled vector."""
        each = self.phi(inputs)
        together = each.sum(1) if self.pooling == "sum" else each.amax(1)
        pooled: Tensor = self.rho(together)
        return pooled
