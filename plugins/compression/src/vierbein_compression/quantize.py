"""Quantisation: floats -> fixed-point numbers that every tool computes alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.compressor import Compressor, Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget, Loss
from vierbein_compression.calibration import calibrated
from vierbein_compression.errors import UnknownLayerError, WidthError
from vierbein_compression.fixing import fixed, learning, unfilled, zeros_kept
from vierbein_compression.substitution import layers, prepared

LEAST_BITS: Final = 2
MOST_BITS: Final = 12


class Quantize(Compressor):
    """Train with rounded weights and activations, then fix all numbers in the exact profile.

    Scales are powers of two. Weights that are zero stay zero.

    Parameters
    ----------
    weight_bits
        Width of each weight, its sign included.
    activation_bits
        Width of what each rectifier gives.
    bits
        Widths of single layers by name (`body.phi.0`, `head.linear`), in the place of those.
    steps
        Training steps with rounding; 0 rounds what is given.
    learning_rate
        At the peak.
    distillation
        Share of the loss that is the squared distance from the given network's predictions.

    References
    ----------
    .. [1] S. R. Jain, A. Gural, M. Wu, C. H. Dick, "Trained Quantization Thresholds",
       arXiv:1903.08066.
    """

    def __init__(
        self,
        weight_bits: int = 6,
        activation_bits: int = 6,
        bits: Mapping[str, int] | None = None,
        steps: int = 1000,
        learning_rate: float = 1e-3,
        distillation: float = 0.5,
    ) -> None:
        self.weight_bits, self.activation_bits = weight_bits, activation_bits
        self.bits = dict(bits or {})
        self.budget = Budget(steps, learning_rate)
        self.distillation = distillation

    def compress(self, network: Network, materials: Materials) -> Network:
        """Round, train and fix."""
        given = prepared(network)
        widths = self.widths(given)
        unfilled(given, widths).traced()  # refuses layers without a fixed-point form
        learner = learning(given, widths, calibrated(given, materials.events.train))
        fixed(
            given, widths, learner
        ).program()  # refuses what would not be exact, before anything is trained
        loss = _Distilled(materials.task, given, self.distillation)
        with zeros_kept(learner):
            materials.trainer.fit(learner, loss, materials.events, self.budget)
        return fixed(given, widths, learner.cpu())

    def restored(
        self,
        network: Network,
        materials: Materials,  # noqa: ARG002 - as the interface has it
        parameters: Mapping[str, Tensor],
    ) -> Network:
        """Build it again."""
        given = prepared(network)
        found = parameters["widths"].tolist()
        made = unfilled(given, dict(zip(layers(given), found, strict=True)))
        made.load_state_dict(dict(parameters))
        return made.eval()

    def widths(self, network: Network) -> dict[str, int]:
        """Give the bits of each layer of a prepared network, by name."""
        found = {
            name: self.weight_bits if isinstance(layer, nn.Linear) else self.activation_bits
            for name, layer in layers(network).items()
        }
        for name in self.bits:
            if name not in found:
                raise UnknownLayerError(name, tuple(found))
        found |= self.bits
        for name, width in found.items():
            if not LEAST_BITS <= width <= MOST_BITS:
                raise WidthError(name, width, LEAST_BITS, MOST_BITS)
        return found


@dataclass(frozen=True)
class _Distilled:
    """A task's loss, a share of it replaced by the distance from a teacher's predictions."""

    task: Loss
    teacher: Network
    share: float

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's loss."""
        own = self.task.loss(prediction, events)
        if not self.share:
            return own
        with torch.no_grad():
            wanted = self.teacher.to(prediction.device)(events)
        return torch.lerp(own, (prediction - wanted).square().mean(1), self.share)
