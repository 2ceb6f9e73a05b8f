"""Structured pruning: whole hidden units go, and layers become narrower."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from vierbein.interfaces.compressor import Compressor, Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.student import Student
from vierbein.interfaces.trainer import Budget
from vierbein_compression.hidden_units import Body, resize
from vierbein_compression.prune_errors import NoHiddenUnitsError
from vierbein_compression.retraining import retrain
from vierbein_compression.schedule import cubic, shares
from vierbein_compression.sparsity import plain


class PruneStructured(Compressor):
    """Take away the hidden units of a student that do least, in rounds with training between.

    What a unit does is measured by the norm of the weights and biases that make it times that of
    the weights that read it. Each hidden layer loses the same share, and keeps one unit at least;
    the pooled vector keeps its length. The dependencies of layers are found by torch-pruning [1]_.

    Parameters
    ----------
    sparsity
        Share of each hidden layer's units that are gone in the end.
    rounds
        In how many steps; more go in the early ones.
    steps
        Training steps in all, shared by the rounds; 0 only prunes.
    learning_rate
        At each round's peak.

    Raises
    ------
    UnsuitableShareError
        If the sparsity is no share, or there is no round.

    References
    ----------
    .. [1] G. Fang et al., arXiv:2301.12900.
    """

    def __init__(
        self,
        *,
        sparsity: float = 0.5,
        rounds: int = 4,
        steps: int = 1000,
        learning_rate: float = 1e-3,
    ) -> None:
        self.sparsities = cubic(sparsity, rounds)
        self.steps = shares(steps, rounds)
        self.learning_rate = learning_rate

    def compress(self, network: Network, materials: Materials) -> Network:
        """Prune a copy.

        Parameters
        ----------
        network
            With a student as its backbone.
        materials
            To train with between rounds.

        Returns
        -------
        Network
            With narrower layers.

        Raises
        ------
        NoHiddenUnitsError
            If there is nothing to take away.
        """
        made = plain(network).eval()
        student = made.backbone
        if not isinstance(student, Student):
            raise NoHiddenUnitsError(type(student).__name__, "it is no student")
        with torch.no_grad():
            some = materials.events.train.take(np.arange(1))
            inputs = student.inputs(made.projection(some))
        sizes: list[int] = []
        for sparsity, steps in zip(self.sparsities, self.steps, strict=True):
            body = Body(student.body, inputs, student.width)
            hidden = body.units()
            if not hidden:
                raise NoHiddenUnitsError(type(student).__name__, "every layer makes the pooled one")
            sizes = sizes or [len(units.importance) for units in hidden]
            for units, size in zip(hidden, sizes, strict=True):
                order = units.importance.argsort(stable=True)
                gone = len(order) - max(1, size - round(sparsity * size))
                body.remove(units, order[:gone].tolist())
            retrain(made, materials, Budget(steps, self.learning_rate))
        return made.eval()

    def restored(
        self,
        network: Network,
        materials: Materials,  # noqa: ARG002 - as the interface has it
        parameters: Mapping[str, Tensor],
    ) -> Network:
        """Give a copy's layers their shapes, and fill them."""
        made = plain(network)
        resize(made, dict(parameters))
        made.load_state_dict(dict(parameters))
        return made.eval()
