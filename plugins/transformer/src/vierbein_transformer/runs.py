"""Runs: events of equal length side by side, so that a batch has no empty slot."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vierbein_transformer.interactions import interactions
from vierbein_transformer.pairs import MASKED
from vierbein_transformer.particle_block import attend
from vierbein_transformer.run_attention import RunAttention


class Run(ABC):
    """Events with the same number of slots, whose rows stand one after the other."""

    @property
    @abstractmethod
    def num_rows(self) -> int:
        """Rows of all its events."""

    @property
    @abstractmethod
    def num_pairs(self) -> int:
        """Pairs that are computed."""

    @abstractmethod
    def pairs(self, p4: Float[Tensor, "*row 4"]) -> Float[Tensor, "4 pair"]:
        """Give the interaction features of the run's pairs, before the logarithm."""

    @abstractmethod
    def bias(self, values: Float[Tensor, "head pair"]) -> Float[Tensor, "head event slot slot"]:
        """Spread one value a pair over the attention logits."""

    @abstractmethod
    def attend(
        self,
        qkv: Float[Tensor, "*row three_widths"],
        bias: Float[Tensor, "head event slot slot"],
        dropout: float,
    ) -> Float[Tensor, "*row width"]:
        """Let every particle of an event attend to every other."""


class Triangle:
    """Pairs i >= j of slots, numbered row by row: those of fewer slots come first.

    Parameters
    ----------
    num_slots
        The most slots of an event.
    device
        Where events are.
    """

    def __init__(self, num_slots: int, device: torch.device) -> None:
        slot = torch.arange(num_slots, device=device)
        larger = torch.maximum(slot.unsqueeze(1), slot)
        self._pairs = larger * (larger + 1) // 2 + torch.minimum(slot.unsqueeze(1), slot)

    def places(self, num_slots: int) -> Int[Tensor, " entry"]:
        """Give the number of each pair in the flat square of so many slots, from both sides."""
        return self._pairs[:num_slots, :num_slots].flatten()

    def entries(self, num_slots: int) -> Int[Tensor, " pair"]:
        """Give the entry of each pair in that square."""
        slot = torch.arange(num_slots, device=self._pairs.device)
        return (slot.unsqueeze(1) * num_slots + slot)[slot.unsqueeze(1) >= slot]


@dataclass(frozen=True)
class FullRun(Run):
    """Events without empty slots: a pair is computed once, and used from both its sides.

    Parameters
    ----------
    num_events
        How many events.
    num_slots
        Particles of each.
    triangle
        Of at least as many slots.
    """

    num_events: int
    num_slots: int
    triangle: Triangle

    @property
    def num_rows(self) -> int:
        """Particles of all its events."""
        return self.num_events * self.num_slots

    @property
    def num_pairs(self) -> int:
        """Pairs once each, those of particles with themselves included."""
        return self.num_rows * (self.num_slots + 1) // 2

    def pairs(self, p4: Float[Tensor, "*row 4"]) -> Float[Tensor, "4 pair"]:
        """Give the interaction features of the pairs, before the logarithm."""
        square = interactions(p4.view(self.num_events, self.num_slots, 4)).flatten(2).flatten(0, 1)
        return square.index_select(1, self.triangle.entries(self.num_slots)).view(4, -1)

    def bias(self, values: Float[Tensor, "head pair"]) -> Float[Tensor, "head event slot slot"]:
        """Spread one value a pair over both its attention logits."""
        places = self.triangle.places(self.num_slots)
        rows = values.reshape(len(values) * self.num_events, -1)
        square = rows.index_select(1, places)
        return square.view(len(values), self.num_events, self.num_slots, self.num_slots)

    def attend(
        self,
        qkv: Float[Tensor, "row three_widths"],
        bias: Float[Tensor, "head event slot slot"],
        dropout: float,
    ) -> Float[Tensor, "row width"]:
        """Let every particle of an event attend to every other."""
        events = qkv.view(self.num_events, self.num_slots, -1)
        attended: Tensor = RunAttention.apply(events, bias, dropout)  # type: ignore[no-untyped-call]
        return attended.flatten(0, 1)


@dataclass(frozen=True)
class PaddedRun(Run):
    """Events with empty slots, as padded blocks.

    Exporters trace it: nothing depends on the data's own lengths.

    Parameters
    ----------
    mask
        True where a slot holds a real particle.
    """

    mask: Bool[Tensor, "event slot"]

    @property
    def num_rows(self) -> int:
        """All slots."""
        return self.mask.numel()

    @property
    def num_pairs(self) -> int:
        """All pairs of slots of an event."""
        return self.mask.numel() * self.mask.shape[1]

    def pairs(self, p4: Float[Tensor, "*row 4"]) -> Float[Tensor, "4 pair"]:
        """Give the interaction features of all pairs of slots, before the logarithm."""
        return interactions(p4).flatten(1)

    def bias(self, values: Float[Tensor, "head pair"]) -> Float[Tensor, "head event slot slot"]:
        """View the values as logits, and take empty slots out."""
        square = values.view(-1, *self.mask.shape, self.mask.shape[1])
        return square + (~self.mask).to(values.dtype).mul(MASKED).unsqueeze(1)

    def attend(
        self,
        qkv: Float[Tensor, "event slot three_widths"],
        bias: Float[Tensor, "head event slot slot"],
        dropout: float,
    ) -> Float[Tensor, "event slot width"]:
        """Let every particle of an event attend to every other."""
        return attend(qkv, bias, bias.shape[0], dropout)


@dataclass(frozen=True)
class Part:
    """Runs of few enough events that what is computed of them stays in the cache.

    Parameters
    ----------
    runs
        Where its events are.
    bias
        Of each run's attention logits.
    """

    runs: Sequence[Run]
    bias: Sequence[Float[Tensor, "head _ _ _"]] = ()

    @property
    def num_rows(self) -> int:
        """Rows of all its runs."""
        return sum(run.num_rows for run in self.runs)

    def attend(
        self, qkv: Float[Tensor, "*row three_widths"], dropout: float
    ) -> Float[Tensor, "*row width"]:
        """Let every particle of an event attend to every other."""
        if not self.runs:
            return qkv.chunk(3, dim=-1)[0]
        # In the bias's precision: on small matrices half precision only costs conversions.
        with torch.autocast(qkv.device.type, enabled=False):
            pieces = rows_of(self.runs, qkv.to(self.bias[0].dtype))
            attended = [
                run.attend(rows, bias, dropout)
                for run, bias, rows in zip(self.runs, self.bias, pieces, strict=True)
            ]
            return attended[0] if len(attended) == 1 else torch.cat(attended)


def rows_of(
    parts: Sequence[Run | Part], rows: Float[Tensor, "*row width"]
) -> Sequence[Float[Tensor, "*_ width"]]:
    """Cut rows into those of each run or part; a single one takes them all, however many."""
    if len(parts) <= 1:
        return [rows] * len(parts)
    return torch.split(rows, [part.num_rows for part in parts])


def pairs_of(
    runs: Sequence[Run], values: Float[Tensor, "head pair"]
) -> Sequence[Float[Tensor, "head _"]]:
    """Cut values of pairs into those of each run; one run takes them all."""
    sizes = [run.num_pairs for run in runs] if len(runs) > 1 else []
    return torch.split(values, sizes, dim=1) if sizes else [values]
