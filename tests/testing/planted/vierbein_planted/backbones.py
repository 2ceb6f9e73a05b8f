"""Backbones: two good ones, and what can be wrong with them."""

import torch
from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation


class Sets(Backbone):
    """A mean over particles of a function of each.

    Parameters
    ----------
    schema
        Features that it is given.
    width
        Of the representation.
    """

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        super().__init__()
        self.schema, self.width = schema, width
        self.entry = nn.Linear(len(schema.features) + 4, width)
        self.exit = nn.Sequential(nn.Tanh(), nn.Linear(width, width), nn.Tanh())

    def columns(self, events: EventBatch):
        return torch.cat([events.padded.features, torch.asinh(events.padded.p4)], dim=-1)

    def pool(self, x, mask):
        return x.sum(1) / mask.sum(1, keepdim=True).clamp(min=1)

    def forward(self, events: EventBatch) -> Representation:
        mask = events.padded.mask
        x = self.exit(self.entry(self.columns(events))) * mask.unsqueeze(-1)
        return Representation(self.pool(x, mask), x, mask)

    def blocks(self):
        return [self.entry, self.exit]


class Masses(Backbone):
    """A function of the invariant masses of pairs: the same in every frame.

    Parameters
    ----------
    schema
        Features that it is given.
    """

    symmetries = frozenset({"permutation", "lorentz"})

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()
        self.schema, self.width = schema, 6
        self.pairs = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 6))

    def invariant(self, events: EventBatch):
        p4 = events.padded.p4.double()
        energy, velocity = p4[..., 0], p4[..., 1:] / p4[..., :1].clamp(min=1e-9)
        mass2 = energy**2 - p4[..., 1:].square().sum(-1)
        noise = 4 * torch.finfo(events.padded.p4.dtype).eps * energy**2
        gamma2 = torch.where(mass2 > noise, 1 - velocity.square().sum(-1), 0.0)
        apart2 = (velocity.unsqueeze(1) - velocity.unsqueeze(2)).square().sum(-1)
        both = apart2 + gamma2.unsqueeze(1) + gamma2.unsqueeze(2)
        products = 0.5 * both * energy.unsqueeze(1) * energy.unsqueeze(2)
        return torch.asinh(products).to(events.padded.p4.dtype)

    def forward(self, events: EventBatch) -> Representation:
        mask = events.padded.mask
        both = (mask.unsqueeze(1) & mask.unsqueeze(2)).unsqueeze(-1)
        x = (self.pairs(self.invariant(events).unsqueeze(-1)) * both).sum(2)
        return Representation(x.sum(1), x, mask)

    def blocks(self):
        return [self.pairs]


class FalseLorentz(Masses):
    """Claims what it has not: energies are no invariants."""

    def invariant(self, events: EventBatch):
        return super().invariant(events) + 0.1 * events.padded.p4[..., :1].asinh()


class SlightlyFalseLorentz(Masses):
    """Claims what it has nearly."""

    def invariant(self, events: EventBatch):
        return super().invariant(events) + 1e-7 * events.padded.p4[..., :1].asinh()


class Cancels(Masses):
    """Subtracts large energies, which single precision does not hold."""

    def invariant(self, events: EventBatch):
        metric = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=events.padded.p4.dtype)
        p4 = events.padded.p4
        return torch.asinh((p4 * metric) @ p4.transpose(1, 2))


class FalseRotation(Masses):
    """Claims rotations, and knows the beam."""

    symmetries = frozenset({"permutation", "rotation"})

    def invariant(self, events: EventBatch):
        return super().invariant(events) + 0.1 * events.padded.p4[..., 3:].asinh()


class FalseBoost(Masses):
    """Claims boosts along the beam, and knows energies."""

    symmetries = frozenset({"permutation", "boost"})

    def invariant(self, events: EventBatch):
        return super().invariant(events) + 0.1 * events.padded.p4[..., :1].asinh()


class ClaimsWhenBuilt(Sets):
    """Claims for its instance what it has not."""

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        super().__init__(schema, width)
        self.symmetries = frozenset({"permutation", "azimuth"})


class UnknownClaim(Sets):
    """Claims what nobody can measure."""

    symmetries = frozenset({"permutation", "supersymmetry"})


class FalseE3(Sets):
    """Claims E(3), and looks at positions."""

    symmetries = frozenset({"permutation", "e3"})

    def columns(self, events: EventBatch):
        zeros = torch.zeros_like(events.padded.p4)
        return torch.cat([events.padded.features, zeros], dim=-1)


class Ordered(Sets):
    """Sees which particle stands first."""

    def columns(self, events: EventBatch):
        columns = super().columns(events)
        place = torch.arange(columns.shape[1], dtype=columns.dtype)
        return columns + 0.1 * place.view(1, -1, 1)


class LeaksPadding(Sets):
    """Divides by the number of slots."""

    def pool(self, x, mask):
        return x.mean(1)


class SeesOthers(Sets):
    """Takes the batch's mean off."""

    def pool(self, x, mask):
        pooled = super().pool(x, mask)
        return pooled - pooled.mean(0)


class DeadParameter(Sets):
    """Has a parameter that nothing uses."""

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        super().__init__(schema, width)
        self.unused = nn.Parameter(torch.zeros(3))


class Noisy(Sets):
    """Drops features in evaluation, too."""

    def pool(self, x, mask):
        return nn.functional.dropout(super().pool(x, mask), 0.5, training=True)


class SharedState(Sets):
    """Makes one layer for all its instances."""

    layer = nn.Linear(8, 8)

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        super().__init__(schema, width)
        self.exit = nn.Sequential(nn.Tanh(), SharedState.layer)


class SharedCopy(Sets):
    """Shares its layers with its copies."""

    def __deepcopy__(self, memo):
        copy = type(self)(self.schema, self.width)
        copy.entry, copy.exit = self.entry, self.exit
        return copy.eval()


class EmptyNaN(Sets):
    """Divides by no particles."""

    def pool(self, x, mask):
        return x.sum(1) / mask.sum(1, keepdim=True)


class HiddenBuffer(Sets):
    """Draws numbers that do not travel."""

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        super().__init__(schema, width)
        self.register_buffer("direction", torch.randn(width), persistent=False)

    def pool(self, x, mask):
        return super().pool(x, mask) * self.direction


class SinglePrecision(Sets):
    """Casts to single precision on the way."""

    def pool(self, x, mask):
        return super().pool(x.float(), mask)


class InPlace(Sets):
    """Writes into the events."""

    def columns(self, events: EventBatch):
        events.padded.p4.mul_(2.0)
        return super().columns(events)


class BlocksBackwards(Sets):
    """Lists its blocks from the output on."""

    def blocks(self):
        return [self.exit, self.entry]


class FixedSeed(Sets):
    """Starts everywhere with the same parameters."""

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        torch.manual_seed(1)
        super().__init__(schema, width)


class Unfilled(Sets):
    """Draws from a generator of its own that no seed fixes."""

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        super().__init__(schema, width)
        rng = torch.Generator()
        rng.seed()
        self.entry.bias = nn.Parameter(torch.randn(width, generator=rng))


class FullSlots(Sets):
    """Leaves numbers in empty slots."""

    def forward(self, events: EventBatch) -> Representation:
        found = super().forward(events)
        return Representation(found.pooled, found.particles + 1.0, found.mask)


class Overflows(Sets):
    """Takes exponentials of momenta."""

    def columns(self, events: EventBatch):
        return super().columns(events) + events.padded.p4.abs().sum(-1, keepdim=True).exp().sqrt()


class Untyped(Sets):
    """Has a setting without a type.

    Parameters
    ----------
    schema
        Features that it is given.
    width
        Of the representation.
    """

    def __init__(self, schema: FeatureSchema, width=8) -> None:
        super().__init__(schema, width)


class Unexplained(Sets):
    """Does not say what its setting means."""

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        super().__init__(schema, width)


class Drifting(Sets):
    """Has other defaults than its source says."""

    def __init__(self, schema: FeatureSchema, width: int = 8) -> None:
        super().__init__(schema, width)


Drifting.__init__.__defaults__ = (16,)


class Silent(Sets):
    def columns(self, events: EventBatch):
        return super().columns(events)


class Unfinished(Backbone):
    """Lacks its blocks."""

    def __init__(self, schema: FeatureSchema) -> None:
        super().__init__()

    def forward(self, events: EventBatch) -> Representation:
        raise NotImplementedError
