"""One learned vector for each kind of particle, which a base can be given more of."""

from collections.abc import Sequence
from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vierbein.errors.features import UnknownFeatureError, UnknownParticleError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.columns import Columns

OTHER: Final = 0
"""The code that stands for every one that is not listed."""


class PdgEmbedding(nn.Module):
    """PDG code of a particle -> a vector that is learned.

    A backbone that has one takes the codes among its settings, which stand in a base's card, gives
    them as `Backbone.codes`, and names the rows in `Backbone.columns`. A base is then expanded by
    code: a new row is zero, or a copy of the row of all other codes, which was its row before.

    Parameters
    ----------
    codes
        PDG particle codes; 0 among them stands for all that are not listed.
    width
        Length of a vector.

    Examples
    --------
    >>> PdgEmbedding([22, 211, -211], width=4).columns
    Columns(axis=0, names=('22', '211', '-211'), start=0.0, like='0')
    """

    _sorted: Int[Tensor, " code"]
    _row: Int[Tensor, " code"]

    def __init__(self, codes: Sequence[int], width: int) -> None:
        super().__init__()
        self.codes = tuple(dict.fromkeys(codes))
        self.rows = nn.Parameter(torch.empty(len(self.codes), width).normal_(std=width**-0.5))
        ordered, row = torch.tensor(self.codes, dtype=torch.int64).sort()
        self.register_buffer("_sorted", ordered, persistent=False)
        self.register_buffer("_row", row, persistent=False)

    @property
    def columns(self) -> Columns:
        """What `rows` runs over, for `Backbone.columns`."""
        return Columns(0, tuple(map(str, self.codes)), like=str(OTHER))

    def forward(self, events: EventBatch) -> Float[Tensor, "particle width"]:
        """Give the vector of each particle.

        Parameters
        ----------
        events
            With PDG codes.

        Returns
        -------
        Tensor
            One row a particle, event after event.

        Raises
        ------
        UnknownFeatureError
            If the events have no PDG codes.
        UnknownParticleError
            If a code is not listed, and 0 is not either.
        """
        if events.pdg is None:
            raise UnknownFeatureError("feature", "pdg", events.schema.names)
        at = torch.searchsorted(self._sorted, events.pdg).clamp(max=len(self.codes) - 1)
        row, is_unknown = self._row[at], self._sorted[at] != events.pdg
        if is_unknown.any():
            if OTHER not in self.codes:
                raise UnknownParticleError(sorted({*events.pdg[is_unknown].tolist()}), self.codes)
            row = row.masked_fill(is_unknown, self.codes.index(OTHER))
        return self.rows[row]
