"""Whole numbers <-> the bits of a port, the first number in the lowest bits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt32
from numpy.typing import NDArray

from vierbein.fixed_point.format import Format

Rows = UInt32[NDArray[np.uint32], "cycle word"]


@dataclass(frozen=True)
class Port:
    """The fixed-point numbers that a port carries side by side.

    Parameters
    ----------
    name
        In the Verilog.
    formats
        One a number; one of no bits is always zero.
    """

    name: str
    formats: Sequence[Format]

    @classmethod
    def of_bits(cls, name: str, bits: Sequence[Sequence[int]]) -> "Port":
        """Make one of sign bits, bits before the point and bits behind it, a number."""
        return cls(name, [Format(bool(k), k + i + f, f) for k, i, f in bits])

    @property
    def num_words(self) -> int:
        """Words of 32 bits that hold it."""
        return -(-sum(each.num_bits for each in self.formats) // 32)

    def to_json(self) -> dict[str, Any]:
        """Give it as plain data, with the place of each number."""
        ends = np.cumsum([each.num_bits for each in self.formats]).tolist()
        numbers = [
            {"lowest_bit": end - each.num_bits, **asdict(each)}
            for end, each in zip(ends, self.formats, strict=True)
        ]
        return {"port": self.name, "numbers": numbers}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Port":
        """Read what `to_json` wrote."""
        parts = ("is_signed", "num_bits", "num_fraction")
        formats = [Format(**{part: each[part] for part in parts}) for each in data["numbers"]]
        return cls(data["port"], formats)

    def packed(self, integers: Int[NDArray[np.int64], "cycle number"]) -> Rows:
        """Put numbers into bits; what does not fit is cut off, as the port itself would."""
        bits = np.zeros((len(integers), 32 * self.num_words), np.uint8)
        first = 0
        for column, grid in zip(integers.T, self.formats, strict=True):
            places = np.arange(grid.num_bits)
            bits[:, first : first + grid.num_bits] = (column[:, None] >> places) & 1
            first += grid.num_bits
        return np.packbits(bits, axis=1, bitorder="little").view("<u4")

    def values(self, rows: Rows) -> Float[NDArray[np.float64], "cycle number"]:
        """Read numbers from bits."""
        octets = np.ascontiguousarray(rows.astype("<u4")).view(np.uint8)
        bits = np.unpackbits(octets, axis=1, bitorder="little").astype(np.int64)
        columns, first = [], 0
        for grid in self.formats:
            own = bits[:, first : first + grid.num_bits]
            number = (own << np.arange(grid.num_bits)).sum(axis=1)
            if grid.is_signed and grid.num_bits:
                number -= own[:, -1] << grid.num_bits
            columns.append(np.ldexp(number.astype(np.float64), -grid.num_fraction))
            first += grid.num_bits
        return np.stack(columns, axis=1)
