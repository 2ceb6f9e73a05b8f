"""What a backbone makes of a batch, and what contracts demand of it."""

import torch
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.testing.agreement import ROUNDING, apart, moved
from vierbein.testing.demand import demand


def represent(backbone: Backbone, events: EventBatch) -> Representation:
    """Represent a batch without gradients."""
    with torch.no_grad():
        found: Representation = backbone(events)
    return found


def demand_finite(values: Tensor, what: str) -> None:
    """Demand that no value is NaN or infinite."""
    bad = int((~values.isfinite()).sum())
    demand(
        not bad,
        f"{what} must be finite.",
        f"{bad} of {values.numel()} values are NaN or infinite.",
        "Mask before softmax and logarithm; divide by at least one particle.",
    )


def demand_equal(found: Tensor, wanted: Tensor, asked: str, tolerance: float = ROUNDING) -> None:
    """Demand that two representations differ by no more than a tolerance, over their size."""
    difference = apart(found, wanted)
    demand(
        difference <= tolerance,
        f"{asked}.",
        f"The representation differs by {difference:.3g} of its size, in double precision; "
        f"{tolerance:g} is granted.",
        "Look for what reads empty slots, a position, a frame, or other events.",
    )


def demand_invariant(
    before: Representation, after: Representation, asked: str, tolerance: float
) -> None:
    """Demand that nothing of a representation moves by more than a tolerance, over its spread."""
    mask = before.mask
    pairs = ((after.pooled, before.pooled), (after.particles[mask], before.particles[mask]))
    change = max(moved(found, wanted) for found, wanted in pairs)
    precision = str(before.pooled.dtype).removeprefix("torch.")
    demand(
        change <= tolerance,
        f"{asked}.",
        f"The representation changes by {change:.3g} of its standard deviation in {precision}; "
        f"{tolerance:g} is granted.",
        "Look for what reads an axis or a frame, and for small differences of large energies.",
    )
