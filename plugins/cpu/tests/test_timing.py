"""Interleaved times rank functions rightly and in equal rounds."""

from itertools import pairwise

import numpy as np

from vierbein_cpu.timing import ROUNDS, interleaved


def test_ten_times_the_work_takes_longer_in_every_round() -> None:
    times = interleaved({"one": lambda: sum(range(2000)), "ten": lambda: sum(range(20_000))})
    assert {len(rounds) for rounds in times.values()} == {ROUNDS}
    assert np.median(times["ten"] / times["one"]) > 3


def test_functions_take_turns() -> None:
    calls: list[str] = []
    interleaved({name: lambda name=name: calls.append(name) for name in "ab"})
    turns = [name for name, other in pairwise([*calls, ""]) if name != other]
    assert turns[-2 * ROUNDS :] == ["a", "b"] * ROUNDS
