"""Small fixed-point programs of every shape that students have, with parameters drawn by a seed."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import (
    Add,
    Concatenate,
    Dense,
    Max,
    Operation,
    Quantise,
    Reshape,
    Sum,
    Take,
    Transpose,
)
from vierbein.fixed_point.program import WORDS, Program

NUM_PARTICLES: Final = 4
NUM_FEATURES: Final = 3
NUM_OUTPUTS: Final = 2
WORD: Final = Format(is_signed=True, num_bits=6, num_fraction=3)
_HIDDEN: Final = Format(is_signed=False, num_bits=5, num_fraction=2)
_WIDTH, _WEIGHT_BITS, _WEIGHT_FRACTION = 6, 4, 2


class _Layers:
    """Draws layers whose biases keep accumulators off ties."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.made: list[Operation] = []

    def dense(self, name: str, given: str, shape: tuple[int, int], fraction: int) -> str:
        """Add a dense layer of an input on a grid."""
        half = 1 << (_WEIGHT_BITS - 1)
        weight = self.rng.integers(-half, half, shape)
        bias = 2 * self.rng.integers(-20, 20, shape[1]) + 1
        finest = fraction + _WEIGHT_FRACTION + 1
        dense = Dense(name, (given,), weight, _WEIGHT_FRACTION, bias, finest, _WEIGHT_BITS)
        return self.add(dense)

    def hidden(self, name: str, given: str, shape: tuple[int, int], fraction: int) -> str:
        """Add a dense layer and an activation of it."""
        return self.add(Quantise(f"{name}.q", (self.dense(name, given, shape, fraction),), _HIDDEN))

    def add(self, operation: Operation) -> str:
        """Add an operation."""
        self.made.append(operation)
        return operation.name

    def program(self) -> Program:
        """Give the program."""
        return Program((NUM_PARTICLES, NUM_FEATURES), WORD, tuple(self.made))


def sets(seed: int = 0) -> Program:
    """Make each particle's hidden layer, their sum, and an output layer of it."""
    layers = _Layers(seed)
    x = layers.hidden("each", WORDS, (NUM_FEATURES, _WIDTH), WORD.num_fraction)
    x = layers.add(Sum("total", (x,), 0))
    layers.dense("out", x, (_WIDTH, NUM_OUTPUTS), _HIDDEN.num_fraction)
    return layers.program()


def largest(seed: int = 0) -> Program:
    """Make two hidden layers of each particle, the largest of each, and two layers of it."""
    layers = _Layers(seed)
    x = layers.hidden("each", WORDS, (NUM_FEATURES, _WIDTH), WORD.num_fraction)
    x = layers.hidden("again", x, (_WIDTH, _WIDTH), _HIDDEN.num_fraction)
    x = layers.add(Max("largest", (x,), 0))
    x = layers.hidden("of_all", x, (_WIDTH, _WIDTH), _HIDDEN.num_fraction)
    layers.dense("out", x, (_WIDTH, NUM_OUTPUTS), _HIDDEN.num_fraction)
    return layers.program()


def interaction(seed: int = 0) -> Program:
    """Make each particle's layer of itself and of the sum of all, as linear interactions are."""
    layers = _Layers(seed)
    own = layers.dense("own", WORDS, (NUM_FEATURES, _WIDTH), WORD.num_fraction)
    total = layers.add(Sum("others", (WORDS,), 0, is_kept=True))
    weight = layers.rng.integers(-8, 8, (NUM_FEATURES, _WIDTH))
    told = layers.add(Dense("told", (total,), weight, _WEIGHT_FRACTION, weight_bits=_WEIGHT_BITS))
    x = layers.add(Quantise("both.q", (layers.add(Add("both", (own, told))),), _HIDDEN))
    x = layers.add(Sum("total", (x,), 0))
    layers.dense("out", x, (_WIDTH, NUM_OUTPUTS), _HIDDEN.num_fraction)
    return layers.program()


def pairs(seed: int = 0) -> Program:
    """Make a layer of each pair of particles, the largest of each particle's, and their sum."""
    layers, numbers = _Layers(seed), range(NUM_PARTICLES)
    to, of = (
        tuple(n for pair in ((i, j) for i in numbers for j in numbers) for n in pair[k : k + 1])
        for k in (0, 1)
    )
    one = layers.add(Take("one", (WORDS,), to, 0))
    other = layers.add(Take("other", (WORDS,), of, 0))
    pair = layers.add(Concatenate("pair", (one, other), -1))
    x = layers.hidden("edge", pair, (2 * NUM_FEATURES, _WIDTH), WORD.num_fraction)
    x = layers.add(Reshape("by_particle", (x,), (NUM_PARTICLES, NUM_PARTICLES, _WIDTH)))
    x = layers.add(Max("largest", (x,), 1))
    x = layers.add(Sum("total", (x,), 0))
    layers.dense("out", x, (_WIDTH, NUM_OUTPUTS), _HIDDEN.num_fraction)
    return layers.program()


def mixer(seed: int = 0) -> Program:
    """Make a layer across features, one across particles, and one of everything."""
    layers = _Layers(seed)
    x = layers.hidden("features", WORDS, (NUM_FEATURES, _WIDTH), WORD.num_fraction)
    x = layers.add(Transpose("turned", (x,), (1, 0)))
    x = layers.hidden("particles", x, (NUM_PARTICLES, NUM_PARTICLES), _HIDDEN.num_fraction)
    x = layers.add(Transpose("back", (x,), (1, 0)))
    x = layers.add(Reshape("flat", (x,), (NUM_PARTICLES * _WIDTH,)))
    layers.dense("out", x, (NUM_PARTICLES * _WIDTH, NUM_OUTPUTS), _HIDDEN.num_fraction)
    return layers.program()


PROGRAMS: Final[Mapping[str, Callable[[int], Program]]] = {
    "sets": sets,
    "largest": largest,
    "interaction": interaction,
    "pairs": pairs,
    "mixer": mixer,
}
"""By name: each exact in every tool, and small."""
