"""Faults that converters are known for are planted, and each is caught where it first shows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vierbein.fixed_point.operations import Dense
from vierbein.fixed_point.profile import check_profile
from vierbein.fixed_point.program import WORDS, Program
from vierbein.interfaces.hardware import Level
from vierbein.testing.made_program import mixer, sets
from vierbein_alkaid.alkaid import Alkaid
from vierbein_alkaid.errors import LatencyDiffersError, NoPulseError

HALF_UP = ("if may_tie else given", "if False else given")
TOP = "project/src/firmware.v"


def with_ties(program: Program) -> Program:
    """Move biases off the odd multiples of half a spacing, as training leaves them."""
    return replace(
        program,
        operations=tuple(
            replace(each, bias=2 * (each.bias // 2)) if isinstance(each, Dense) else each
            for each in program.operations
        ),
    )


def pruned(program: Program) -> Program:
    """Take a neuron's inputs away, so that its bias alone is left."""
    first, *others = program.operations
    weight = first.weight.copy()
    weight[:, 1] = 0
    bias = first.bias.copy()
    bias[1] = 25
    return replace(program, operations=(replace(first, weight=weight, bias=bias), *others))


INPUT = '_bits(program["format"]))}'


@pytest.mark.parametrize(
    ("program", "change", "first"),
    [
        (with_ties(sets()), HALF_UP, "each.q"),
        (sets(), ('"RND"', '"TRN"'), "each.q"),
        (sets(), ('overflow_mode="SAT"', 'overflow_mode="WRAP"'), "each.q"),
        (sets(), (INPUT, '_bits(program["format"])[:2], 2)}'), "each"),
        (mixer(), (INPUT, '_bits(program["format"]))[::-1]}'), "features"),
        (sets(), (INPUT, '_bits(program["format"]))[:, ::-1]}'), "each"),
        (pruned(sets()), ('"RND"', '"RND_CONV"'), "each.q"),
    ],
    ids=[
        "rounds half up where ties are",
        "truncates",
        "wraps where it must saturate",
        "truncates the input",
        "reads particles in reverse",
        "reads features in reverse",
        "rounds constants by the tool's RND_CONV",
    ],
)
def test_a_fault_of_lowering_is_caught_where_it_first_shows(
    program: Program,
    change: tuple[str, str],
    first: str,
    with_bug: Callable,
    verified: Callable,
) -> None:
    found = verified(program, with_bug(program, change), Level.GRAPH)
    assert not found.is_equal
    assert found.first_differing == first


def test_snapped_biases_make_rounding_half_up_harmless(
    with_bug: Callable, verified: Callable
) -> None:
    # What the exact profile is for: tools that round ties in other ways agree about its networks.
    assert check_profile(with_ties(sets()))
    assert not check_profile(sets())
    assert verified(sets(), with_bug(sets(), HALF_UP), Level.GRAPH).is_equal


def test_rounding_half_up_is_caught_in_the_verilog_too(
    simulating: Alkaid, with_bug: Callable, verified: Callable
) -> None:
    program = with_ties(sets())
    found = verified(program, with_bug(program, HALF_UP), Level.RTL)
    assert found.first_differing == "prediction"


SIGN = """"lowest_bit": 14,
    "is_signed": true"""


@pytest.mark.parametrize(
    ("file", "change"),
    [
        (TOP, ("= model_inp_reg[71:0];", "= {model_inp_reg[5:0], model_inp_reg[71:6]};")),
        (TOP, ("model_out[26:0] <=", "model_out[26:0] <= 27'd1 ^")),
        ("io.json", (SIGN, SIGN.replace("true", "false"))),
    ],
    ids=["input words in another order", "the lowest bit turned", "the output's sign lost"],
)
def test_a_fault_of_the_verilog_or_its_ports_is_caught(
    file: str,
    change: tuple[str, str],
    simulating: Alkaid,
    spoilt: Callable,
    verified: Callable,
) -> None:
    found = verified(sets(), spoilt("sets", file, change), Level.RTL)
    assert found.first_differing == "prediction"


@pytest.mark.parametrize(
    ("file", "changes", "measured"),
    [
        (
            TOP,
            (
                ("reg [71:0] model_inp_reg;", "reg [71:0] model_inp_reg;\n    reg [71:0] more;"),
                ("model_inp_reg[71:0] <= model_inp[71:0];",
                 "more <= model_inp;\n        model_inp_reg <= more;"),
            ),
            4,
        ),
        (TOP, (("= model_inp_reg[71:0];", "= model_inp[71:0];"),), 2),
        ("io.json", (('"latency_cycles": 3', '"latency_cycles": 2'),), 3),
    ],
    ids=["a register too many", "a register too few", "a description that says too little"],
)  # fmt: skip
def test_another_latency_than_the_described_one_is_caught(
    file: str,
    changes: tuple[tuple[str, str], ...],
    measured: int,
    simulating: Alkaid,
    spoilt: Callable,
    words_of: Callable,
) -> None:
    artifact = spoilt("sets", file, *changes)
    with pytest.raises(LatencyDiffersError, match=f"after {measured} clock cycles"):
        simulating.emulate(artifact, Level.RTL, {WORDS: words_of(sets())})


def test_a_register_that_one_particle_goes_around_is_caught(
    simulating: Alkaid, spoilt: Callable
) -> None:
    # Its events are mixed with their neighbours; inputs that stay would not show it.
    change = ("= model_inp_reg[71:0];", "= {model_inp_reg[71:18], model_inp[17:0]};")
    artifact = spoilt("sets", TOP, change)
    with pytest.raises(NoPulseError, match="came out 2 times"):
        simulating.emulate(artifact, Level.RTL, {WORDS: np.zeros((3, 4, 3), np.int64)})
