"""Weights that are zero, and stay zero whatever is learned: the zeros themselves are the mask."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from vierbein.interfaces.merge import merged
from vierbein.interfaces.network import Network


def plain(network: Network) -> Network:
    """Copy a network, with what a tuner added worked in; all of its backbone and head learns."""
    made = merged(network)
    for part in (made.backbone, made.head):
        part.requires_grad_(requires_grad=True)
    return made


def matrices(network: Network) -> dict[str, nn.Parameter]:
    """Give the matrices of the linear layers and attentions of backbone and head, by name."""
    found = {}
    for part in ("backbone", "head"):
        for prefix, module in network.get_submodule(part).named_modules(prefix=part):
            if isinstance(module, nn.Linear | nn.MultiheadAttention):
                for name, parameter in module.named_parameters(recurse=False):
                    if parameter.ndim == 2:  # noqa: PLR2004 - a matrix
                        found[f"{prefix}.{name}"] = parameter
    return found


@contextmanager
def zeros_kept(network: Network) -> Iterator[None]:
    """Let weights that are zero learn nothing while the context lasts."""
    handles = [_hold(parameter) for parameter in matrices(network).values()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _hold(parameter: nn.Parameter) -> RemovableHandle:
    is_kept = parameter.detach() != 0

    def hold(gradient: Tensor) -> Tensor:
        return gradient * is_kept

    handle: RemovableHandle = parameter.register_hook(hold)  # type: ignore[no-untyped-call]
    return handle
