"""Layers across features and across particles, which stand in the order of their momenta."""

from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.schema import FeatureSchema
from vierbein_compression.dense import dense
from vierbein_compression.inputs import NUM_FEATURES, InputsName
from vierbein_compression.momenta_student import MomentaStudent
from vierbein_compression.sizes import checked, grid


class MlpMixer(MomentaStudent):
    """Layers across features and across particles in turn, their sum, and layers of that [1]_.

    Particles stand in the order of their transverse momenta: that of the events' files does not
    matter, but two particles with almost the same momentum change the result when they change
    places.

    Parameters
    ----------
    schema
        Features that it is given; it reads four-momenta alone.
    num_particles
        The leading ones in transverse momentum are seen.
    width
        Of every layer across features, and of the pooled vector.
    depth
        Pairs of layers before the pooling, and layers after it.
    inputs
        Of each particle: plain (momentum and place in the jet) or lorentz (invariant masses).
    input_bits
        Width of each input word, its sign included.
    fraction_bits
        The words' spacing is two to the minus this.

    References
    ----------
    .. [1] I. Tolstikhin et al., arXiv:2105.01601; as a trigger, arXiv:2503.03103.
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
        body = MlpMixerBody(num_particles, width, depth)
        words = grid(input_bits, fraction_bits)
        super().__init__(schema, body, width, num_particles, inputs, words)


class MlpMixerBody(nn.Module):
    """What becomes firmware.

    Parameters
    ----------
    num_particles
        Slots of an event.
    width
        Of every layer across features.
    depth
        Pairs of layers, and layers after the sum.
    """

    def __init__(self, num_particles: int, width: int, depth: int) -> None:
        super().__init__()
        sizes = [NUM_FEATURES, *[width] * depth]
        self.mixers = nn.Sequential(*(Mixer(size, width, num_particles) for size in sizes[:-1]))
        self.rho = dense(width, width, depth)

    def forward(self, inputs: Float[Tensor, "event particle 3"]) -> Float[Tensor, "event width"]:
        """Compute the pooled vector."""
        pooled: Tensor = self.rho(self.mixers(inputs).sum(1))
        return pooled


class Mixer(nn.Module):
    """A layer across features, and one across particles that is added to it.

    Parameters
    ----------
    num_inputs
        Numbers a particle.
    width
        Of the result.
    num_particles
        Slots of an event.
    """

    def __init__(self, num_inputs: int, width: int, num_particles: int) -> None:
        super().__init__()
        self.across_features = dense(num_inputs, width, 1)
        self.across_particles = dense(num_particles, num_particles, 1)

    def forward(
        self, x: Float[Tensor, "event particle input"]
    ) -> Float[Tensor, "event particle width"]:
        """Mix."""
        x = self.across_features(x)
        mixed: Tensor = x + self.across_particles(x.transpose(1, 2)).transpose(1, 2)
        return mixed
