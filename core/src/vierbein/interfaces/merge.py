"""Bake what a tuner added into the parameters that it changed."""

from copy import deepcopy

from torch import nn
from torch.nn.utils import parametrize

from vierbein.interfaces.network import Network


def merged(network: Network) -> Network:
    """Copy a network with every parametrization computed once and kept as a plain parameter.

    The copy predicts the same and has the names of the network before it was tuned. Exporters are
    given it.
    """
    copy = deepcopy(network)
    for module in list(copy.modules()):
        if parametrize.is_parametrized(module):
            _bake(module)
    return copy


def _bake(module: nn.Module) -> None:
    # Not by torch's own `remove_parametrizations`: it takes the properties off the class, which a
    # deep copy shares with its original.
    lists = module.parametrizations
    assert isinstance(lists, nn.ModuleDict)  # noqa: S101 - what torch documents, for the type checker
    values = {
        name: nn.Parameter(
            getattr(module, name).detach().clone(),
            requires_grad=any(p.requires_grad for p in added.parameters()),
        )
        for name, added in lists.items()
    }
    module.__class__ = parametrize.type_before_parametrizations(module)
    del module.parametrizations
    for name, value in values.items():
        module.register_parameter(name, value)
