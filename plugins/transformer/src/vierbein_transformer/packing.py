"""Where a batch's particles go when events of equal length are put side by side."""

from collections.abc import Sequence
from itertools import groupby

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vierbein.events.batch import EventBatch
from vierbein_transformer.runs import FullRun, PaddedRun, Part, Run, Triangle

ROWS = 2048
"""Rows of a part: few enough that what a block computes of them stays in the cache."""


class Packing:
    """The index plan of a batch, made once: rows of particles in parts, each of some runs.

    Parameters
    ----------
    parts
        With their runs, row after row; at least one.
    mask
        True where a slot holds a real particle.
    p4
        Four-momenta in GeV, a row each.
    features
        Features, a row each.
    slots
        Each row's place in the flat padded block; all of it if not given.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        mask: Bool[Tensor, "event slot"],
        p4: Float[Tensor, "*row 4"],
        features: Float[Tensor, "*row feature"],
        slots: Int[Tensor, " row"] | None = None,
    ) -> None:
        self.parts = parts
        self.mask = mask
        self.p4 = p4
        self.features = features
        self._slots = slots

    @classmethod
    def jagged(cls, events: EventBatch) -> "Packing":
        """Sort events by length, so that no slot is empty."""
        lengths, order = events.num_particles.sort(stable=True)
        # What each row is further along in the batch's own order than in the sorted one.
        shift = events.offsets[:-1][order] - (lengths.cumsum(0) - lengths)
        rows = torch.arange(len(events.p4), device=lengths.device)
        rows += torch.repeat_interleave(shift, lengths)
        mask = events.padded.mask
        slots = mask.flatten().nonzero().squeeze(1)[rows]
        parts = _parts(lengths.tolist(), lengths.device)
        return cls(parts, mask, events.p4[rows], events.features[rows], slots)

    @classmethod
    def padded(cls, events: EventBatch) -> "Packing":
        """Take all slots, empty ones too: exporters trace this layout."""
        padded = events.padded
        run = PaddedRun(padded.mask)
        return cls([Part([run])], padded.mask, padded.p4, padded.features)

    def block(self, rows: Float[Tensor, "*row width"]) -> Float[Tensor, "event slot width"]:
        """Put rows back to their slots; zero in empty ones."""
        if self._slots is None:
            return rows * self.mask.unsqueeze(-1)
        block = rows.new_zeros(self.mask.numel(), rows.shape[1])
        return block.index_copy_(0, self._slots, rows).view(*self.mask.shape, -1)


def _parts(lengths: Sequence[int], device: torch.device) -> list[Part]:
    """Make runs of sorted lengths, and parts of runs; events without particles have no rows."""
    triangle = Triangle(max(lengths, default=0), device)
    parts: list[list[Run]] = [[]]
    left = ROWS
    for length, group in groupby(length for length in lengths if length):
        num = sum(1 for _ in group)
        while num:
            if left < length and parts[-1]:
                parts.append([])
                left = ROWS
            taken = min(num, max(left // length, 1))
            parts[-1].append(FullRun(taken, length, triangle))
            left -= taken * length
            num -= taken
    return [Part(runs) for runs in parts]
