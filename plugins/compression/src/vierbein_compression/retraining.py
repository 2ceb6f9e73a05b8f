"""Training between rounds of pruning."""

from vierbein.interfaces.compressor import Materials
from vierbein.interfaces.course import Course, Group
from vierbein.interfaces.fixed_point import FixedPointNetwork
from vierbein.interfaces.network import Network
from vierbein.interfaces.trainer import Budget
from vierbein_compression.sparsity import zeros_kept


def retrain(network: Network, materials: Materials, budget: Budget) -> None:
    """Train a network in place; its zeros stay, and a fixed-point network stays one."""
    if budget.steps:
        with zeros_kept(network):
            trainer, course = materials.trainer, _course(network)
            trainer.fit(network, materials.task, materials.events, budget, course)


def _course(network: Network) -> Course:
    """Let a fixed-point network's biases stay where they are: on a grid that keeps off ties.

    Its weights are rounded whenever they are read.
    """
    if not isinstance(network, FixedPointNetwork):
        return Course()
    learning = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    biases = frozenset(name for name, p in learning if p.ndim == 1)
    return Course((Group(biases, rate=lambda _: 0.0),))
