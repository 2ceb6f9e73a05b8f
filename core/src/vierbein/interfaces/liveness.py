"""Find tuned parameters that cannot change the prediction."""

from collections.abc import Sequence
from copy import deepcopy

import torch
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.network import Network

ROUNDING = 1e-12
"""A gradient below this part of the largest one is rounding noise of double precision."""

_STEP = 1e-2


def dead_parameters(network: Network, events: EventBatch) -> tuple[str, ...]:
    """Name the parameters that learn, but whose value the prediction does not depend on.

    A wrapper around a layer that is never called trains in silence and changes nothing; so does a
    bias that is added to all logits of a softmax. The network is judged in evaluation, where torch
    may skip modules that it calls in training. It is left as it was: a copy in double precision is
    moved a little off its start, where low-rank updates have no gradient yet.

    Parameters
    ----------
    network
        With a tuner applied.
    events
        A few, in the adapter's schema, with particles.

    Returns
    -------
    tuple[str, ...]
        Names as in `named_parameters`; empty when all is well.
    """
    rng = torch.Generator().manual_seed(0)
    copy = deepcopy(network).double().eval()
    tuned = {name: p for name, p in copy.named_parameters() if p.requires_grad}
    with torch.no_grad():
        for parameter in tuned.values():
            step = torch.randn(parameter.shape, generator=rng, dtype=torch.float64)
            parameter.add_(step.to(parameter.device), alpha=_STEP)
    prediction = copy(events.to(copy.projection.mean.device, torch.float64))
    if not prediction.requires_grad:
        return tuple(tuned)
    direction = torch.randn(prediction.shape, generator=rng, dtype=torch.float64)
    gradients: Sequence[Tensor | None] = torch.autograd.grad(
        (prediction * direction.to(prediction.device)).sum(),
        list(tuned.values()),
        allow_unused=True,
    )
    sizes = [0.0 if g is None else float(g.abs().max()) for g in gradients]
    return tuple(
        name for name, size in zip(tuned, sizes, strict=True) if size <= ROUNDING * max(sizes)
    )
