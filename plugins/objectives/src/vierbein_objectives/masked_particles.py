"""Pretraining by masked particles: features of some are predicted from the others."""

from typing import ClassVar, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import slots
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.network import Network
from vierbein.interfaces.objective import Objective
from vierbein.interfaces.task import Task
from vierbein_objectives.covering import cover, covered, draw, fixed
from vierbein_objectives.errors import NothingToPredictError, ShareError


class Decoder(nn.Module):
    """What stands in the place of masked particles, and what predicts their features.

    The backbone cannot tell one masked particle of an event from another. The decoder is told the
    place of each among the event's particles, which say something where they are ordered (jets by
    transverse momentum).

    Parameters
    ----------
    width
        Length of a representation's vectors.
    num_features
        To predict.
    """

    def __init__(self, width: int, num_features: int) -> None:
        super().__init__()
        self.cover = nn.Parameter(torch.zeros(num_features))
        self.layers = nn.Sequential(
            nn.Linear(2 * width + 1, width), nn.GELU(), nn.Linear(width, num_features)
        )

    def forward(
        self,
        representation: Representation,
        events: EventBatch,
        is_covered: Bool[Tensor, " particle"],
    ) -> Float[Tensor, "masked feature"]:
        """Predict of a masked particle's own vector, its event's and its place."""
        event, slot = slots(events.offsets)
        place = (slot / events.num_particles[event]).to(events.p4.dtype).unsqueeze(1)
        own = representation.particles[representation.mask]
        inputs = torch.cat([own, representation.pooled[event], place], dim=1)[is_covered]
        predicted: Tensor = self.layers(inputs)
        return predicted


class MaskedParticles(Objective):
    """Predicts the standardised features of masked particles from the particles that are left.

    After masked particle modelling [1]_, with features themselves in the place of tokens: an
    event's loss is the squared error, mean over features and masked particles. A decoder that knows
    nothing has a loss of one. It needs no truth, so that measured events will do, and leaves a base
    without a head.

    Parameters
    ----------
    share
        Of an event's particles that are masked, at least one and never all.

    Raises
    ------
    ShareError
        If the share is not between 0 and 1.

    References
    ----------
    .. [1] T. Golling et al., arXiv:2401.13537.
    """

    teaches_head: ClassVar[bool] = False

    def __init__(self, share: float = 0.3) -> None:
        if not 0 < share < 1:
            raise ShareError(share)
        self.share = share

    def companion(self, network: Network) -> Decoder:
        """Make the decoder, and what stands in the place of masked particles.

        Parameters
        ----------
        network
            Whose backbone's features are predicted.

        Returns
        -------
        Decoder
            Thrown away after pretraining.

        Raises
        ------
        NothingToPredictError
            If particles have no features.
        """
        backbone = network.backbone
        if not backbone.schema.features:
            raise NothingToPredictError(type(backbone).__name__)
        return Decoder(backbone.width, len(backbone.schema.features))

    def loss(
        self,
        network: Network,
        companion: nn.Module,
        task: Task,  # noqa: ARG002 - the interface's
        events: EventBatch,
    ) -> Float[Tensor, " event"]:
        """Give each event's mean squared error; 0 where nothing can be masked.

        Parameters
        ----------
        network
            Whose head is not used.
        companion
            The decoder.
        task
            Not used.
        events
            In the adapter's schema.

        Returns
        -------
        Tensor
            One loss an event, in units of the features' variances.
        """
        decoder, given = cast("Decoder", companion), network.projection(events)
        numbers = draw(given) if decoder.training else fixed(given)
        is_covered = covered(given, numbers, self.share)
        representation = network.backbone(cover(given, is_covered, decoder.cover))
        wanted = given.features[is_covered].detach()
        predicted = decoder(representation, given, is_covered).to(wanted.dtype)
        error = (predicted - wanted).square().mean(1)
        event = slots(given.offsets)[0][is_covered]
        total = error.new_zeros(len(events)).index_add_(0, event, error)
        loss: Tensor = total / torch.bincount(event, minlength=len(events)).clamp(min=1)
        return loss
