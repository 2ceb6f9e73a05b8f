"""Small events that contracts bring themselves: made by schema, the same ones every time."""

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from jaxtyping import Int
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein.events.jagged import slots
from vierbein.events.schema import Feature, FeatureSchema, Role

SCHEMA: Final = FeatureSchema(
    (
        Feature("charge", "e", "electric charge", Role.SCALAR),
        Feature("x", "cm", "position", Role.VECTOR),
        Feature("y", "cm", "position", Role.VECTOR),
        Feature("z", "cm", "position", Role.VECTOR),
        Feature("log_pt", "log(GeV)", "logarithm of the transverse momentum"),
    ),
    (Feature("pile_up", "1", "interactions at the same time", Role.SCALAR),),
)
"""One feature of each role that backbones meet, and one of the whole event."""

LENGTHS: Final = (5, 1, 0, 7, 3, 2)
"""Particles of the usual made events: none, one and more."""

_CODES = torch.tensor([211, -211, 22, 130, 11, -13, 2212, 2112])
_NUM_P4 = 4


def made_events(
    schema: FeatureSchema = SCHEMA,
    lengths: Sequence[int] = LENGTHS,
    *,
    seed: int = 0,
    dtype: torch.dtype = torch.float32,
    truth: Mapping[str, Tensor] | None = None,
    domain: str = "made",
) -> EventBatch:
    """Make events of massive particles with features around zero.

    Parameters
    ----------
    schema
        Features that they have.
    lengths
        Particles of each event.
    seed
        Other seeds make other events.
    dtype
        Of four-momenta, in GeV, and features.
    truth
        Labels by name.
    domain
        The detector domain that they claim.

    Returns
    -------
    EventBatch
        The same for the same arguments.
    """
    rng = torch.Generator().manual_seed(seed)
    num, num_events = sum(lengths), len(lengths)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=rng, dtype=torch.float64)

    pt, eta, phi, mass = (1.2 * draw(num)).exp(), draw(num), 2 * draw(num), 0.1 + draw(num).abs()
    px, py, pz = pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()
    energy = (px**2 + py**2 + pz**2 + mass**2).sqrt()
    return EventBatch(
        schema,
        torch.stack([energy, px, py, pz], dim=1).to(dtype),
        draw(num, len(schema.features)).to(dtype),
        torch.tensor([0, *lengths]).cumsum(0),
        pdg=_CODES[torch.randint(len(_CODES), (num,), generator=rng)],
        event_features=draw(num_events, len(schema.event_features)).to(dtype),
        truth=truth,
        event_weight=torch.ones(num_events, dtype=dtype),
        event_id=1000 * seed + torch.arange(num_events),
        domain=domain,
    )


def reordered(events: EventBatch, order: Int[Tensor, " particle"]) -> EventBatch:
    """Put the particles in another order; it must keep each in its event."""
    return changed(events, p4=events.p4[order], features=events.features[order], order=order)


def changed(
    events: EventBatch,
    *,
    p4: Tensor | None = None,
    features: Tensor | None = None,
    order: Tensor | None = None,
) -> EventBatch:
    """Give the same events with other four-momenta or features."""
    pdg = events.pdg if events.pdg is None or order is None else events.pdg[order]
    return EventBatch(
        events.schema,
        events.p4 if p4 is None else p4,
        events.features if features is None else features,
        events.offsets,
        pdg=pdg,
        event_features=events.event_features,
        truth=events.truth,
        event_weight=events.event_weight,
        event_id=events.event_id,
        domain=events.domain,
    )


def shuffle_within(events: EventBatch, seed: int = 1) -> Int[Tensor, " particle"]:
    """Draw an order of the particles that leaves each in its event."""
    event, _ = slots(events.offsets)
    rng = torch.Generator().manual_seed(seed)
    return torch.argsort(event + 0.9 * torch.rand(len(event), generator=rng))
