"""Quantisation: floats -> fixed-point numbers that every tool computes alike."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.events.batch import EventBatch
from vierbein.interfaces.compressor import Compressor, Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.task import Task
from vierbein.interfaces.trainer import Budget, Fit, Loss
from vierbein_compression.bit_search import Widths, most_bit_operations, searched
from vierbein_compression.calibration import calibrated
from vierbein_compression.errors import UnknownLayerError, WidthError
from vierbein_compression.fixing import fixed, learning, unfilled
from vierbein_compression.lessons import distance, predicts_classes, response
from vierbein_compression.quantised_network import QuantisedNetwork
from vierbein_compression.sparsity import zeros_kept
from vierbein_compression.substitution import layers, prepared
from vierbein_compression.teacher import Teacher

LEAST_BITS: Final = 2
MOST_BITS: Final = 12
_TEMPERATURE, _SOME = 2.0, 512


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
        Share of the loss that is the distance from the given network's predictions: of classes,
        the divergence of their probabilities at a temperature of 2, else the squared difference.
    budget
        Bit operations that an event may take; widths are then lowered layer by layer, but for those
        in `bits`, where the validation loss rises least. 0 takes the widths as they are.
    trial_steps
        Training steps with which each of those lowerings is judged.

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
        budget: int = 0,
        trial_steps: int = 100,
    ) -> None:
        self.weight_bits, self.activation_bits = weight_bits, activation_bits
        self.bits = dict(bits or {})
        self.training = Budget(steps, learning_rate)
        self.trial = Budget(trial_steps, learning_rate)
        self.budget = budget
        self.distillation = distillation

    def compress(self, network: Network, materials: Materials) -> Network:
        """Round, train and fix."""
        given = prepared(network)
        widths = self.widths(given)
        unfilled(given, widths).traced()  # refuses layers without a fixed-point form
        made = _Rounding(given, materials, self.distillation)
        start = made.fixed(widths).program()  # refuses what would not be exact, before training
        if self.budget:
            cost = partial(most_bit_operations, start, layers(given))
            loss = partial(made.loss, self.trial)
            lowered = [name for name in widths if name not in self.bits]
            widths = searched(widths, lowered, LEAST_BITS, self.budget, cost, loss)
        return made.fixed(widths, self.training)

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


class _Rounding:
    """A prepared network with any widths: trained, fixed, or judged."""

    def __init__(self, network: Network, materials: Materials, distillation: float) -> None:
        self.network, self.materials = network, materials
        self.activations = calibrated(network, materials.events.train)
        self.task: Loss = materials.task
        if distillation:
            some = materials.events.train.take(np.arange(min(len(materials.events.train), _SOME)))
            self.task = _Taught(materials.task, Teacher(network), distillation, some)

    def fixed(self, widths: Widths, budget: Budget | None = None) -> QuantisedNetwork:
        """Fix it, trained if there is a budget of steps."""
        learner = learning(self.network, widths, self.activations)
        if budget is not None:
            self._fit(learner, budget)
        return fixed(self.network, widths, learner.cpu())

    def loss(self, budget: Budget, widths: Widths) -> float:
        """Give the validation loss after a short training."""
        found = self._fit(learning(self.network, widths, self.activations), budget)
        return min(point.validation_loss for point in found.history)

    def _fit(self, learner: Network, budget: Budget) -> Fit:
        with zeros_kept(learner):
            return self.materials.trainer.fit(learner, self.task, self.materials.events, budget)


class _Taught:
    """A task's loss, a share of it replaced by the distance from a teacher's predictions."""

    def __init__(self, task: Task, teacher: Teacher, share: float, some: EventBatch) -> None:
        self.task, self.teacher, self.share = task, teacher, share
        self.has_classes = predicts_classes(task, teacher.answers(some).prediction)

    def loss(
        self, prediction: Float[Tensor, "event output"], events: EventBatch
    ) -> Float[Tensor, " event"]:
        """Give each event's loss."""
        theirs = self.teacher.answers(events).prediction
        if self.has_classes:
            lesson = response(prediction, theirs, _TEMPERATURE)
        else:
            lesson = distance(prediction, theirs)
        return torch.lerp(self.task.loss(prediction, events), lesson, self.share)
