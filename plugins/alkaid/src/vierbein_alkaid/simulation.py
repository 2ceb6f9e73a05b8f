"""Simulated firmware: what it answers, after how many cycles, and how often it may be asked."""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from vierbein.interfaces.worker import run
from vierbein_alkaid.errors import NoPulseError
from vierbein_alkaid.ports import Port

Numbers = Int[NDArray[np.int64], "cycle number"]
Answers = Float[NDArray[np.float64], "cycle output"]


class Simulation:
    """A program that clocks the firmware, one row of input numbers a cycle.

    Parameters
    ----------
    program
        As `vierbein_alkaid.verilator.build` makes it; files are exchanged in its folder.
    given
        The input port.
    found
        The output port.
    """

    def __init__(self, program: Path, given: Port, found: Port) -> None:
        self._program, self._given, self._found = program, given, found

    def run(self, numbers: Numbers) -> Answers:
        """Give what stands at the output after each cycle's rising edge."""
        folder = self._program.parent
        self._given.packed(numbers).tofile(folder / "given.bin")
        run([str(self._program), "given.bin", "found.bin"], folder, "the simulation")
        rows = np.fromfile(folder / "found.bin", "<u4").reshape(len(numbers), -1)
        return self._found.values(rows)

    def settled(self, numbers: Numbers, patience: int) -> Answers:
        """Give what stands at the output when an input has stayed for long."""
        return self.run(np.repeat(numbers, patience, axis=0))[patience - 1 :: patience]

    def latency(self, numbers: Numbers, patience: int) -> int | None:
        """Measure the cycles from the edge that takes an input to the edge that gives its answer.

        The first input stays, another one takes its place for one cycle: the answer changes for one
        cycle, however many inputs have equal answers, and whatever they should be.

        Parameters
        ----------
        numbers
            Inputs to choose the two from.
        patience
            Cycles to wait, more than the latency.

        Returns
        -------
        int | None
            Clock cycles; None if all have the same answer, which comes at any time.

        Raises
        ------
        NoPulseError
            If the other input's answer does not come out for one cycle.
        """
        settled = self.settled(numbers, patience)
        others = np.flatnonzero((settled != settled[0]).any(axis=1))
        if not len(others):
            return None
        stream = np.repeat(numbers[:1], 2 * patience, axis=0)
        stream[patience] = numbers[others[0]]
        answers = self.run(stream)[patience:]
        changed = np.flatnonzero((answers != settled[0]).any(axis=1))
        if len(changed) != 1 or (answers[changed[0]] != settled[others[0]]).any():
            raise NoPulseError(len(changed))
        return int(changed[0])

    def interval(self, numbers: Numbers, latency: int, patience: int) -> int | None:
        """Measure the fewest cycles between inputs at which all answers are what they settle to.

        Parameters
        ----------
        numbers
            Different inputs.
        latency
            As measured.
        patience
            Cycles to wait, more than the latency.

        Returns
        -------
        int | None
            Clock cycles; None if they do not come right even at the longest interval tried.
        """
        settled = self.settled(numbers, patience)
        for cycles in range(1, patience):
            stream = np.repeat(numbers, cycles, axis=0)
            tail = np.repeat(numbers[-1:], latency, axis=0)
            answers = self.run(np.concatenate([stream, tail]))[latency::cycles][: len(numbers)]
            if np.array_equal(answers, settled):
                return cycles
        return None
