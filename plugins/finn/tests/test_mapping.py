"""What FINN has no layer for is named, with what to take instead."""

import re
from dataclasses import replace

import pytest

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Mean, Quantise, Reshape, Sum
from vierbein.fixed_point.program import Program
from vierbein.testing.fixed_point_network import made_fixed_point_network
from vierbein.testing.made_events import made_events
from vierbein.testing.made_program import PROGRAMS, sets
from vierbein.testing.small_network import SCHEMA, small_network
from vierbein_finn.errors import CannotLowerError
from vierbein_finn.finn import Finn
from vierbein_finn.mapping import OPERATIONS, complaints


def test_deep_sets_of_sums_map() -> None:
    assert complaints(sets()) == []
    assert {each.__name__ for each in OPERATIONS} == set(Finn.capabilities.operations)


@pytest.mark.parametrize(
    ("name", "layer", "instead"),
    [
        ("largest", r"largest \(Max\)", "take the sum over particles"),
        ("interaction", r"both \(Add\)", "deep sets"),
        ("pairs", r"one \(Take\)", "deep sets"),
        ("pairs", r"pair \(Concatenate\)", "deep sets"),
        ("mixer", r"turned \(Transpose\)", "along features only"),
    ],
)
def test_what_does_not_map_is_named(name: str, layer: str, instead: str) -> None:
    said = "\n".join(complaints(PROGRAMS[name](0)))
    assert re.search(rf"{layer}: .*{instead}", said)


def test_a_sum_must_be_followed_by_a_dense_layer() -> None:
    each, activation, total, out = sets().operations
    program = Program((4, 3), sets().format, (each, activation, total))
    assert (
        "total (Sum): only a sum over particles that one dense layer follows"
        in complaints(program)[0]
    )
    mean = Mean("total", total.inputs, 0)
    finer = replace(out, bias=out.bias << 2, bias_fraction=out.bias_fraction + 2)
    assert complaints(Program((4, 3), sets().format, (each, activation, mean, finer))) == []
    kept = Sum("total", total.inputs, 0, is_kept=True)
    assert "total" in complaints(Program((4, 3), sets().format, (each, activation, kept, out)))[0]


def test_shapes_and_single_bits_are_named() -> None:
    each, activation, total, out = sets().operations
    reshaped = Reshape("apart", activation.inputs, (4, 2, 3))
    program = Program((4, 3), sets().format, (each, reshaped, activation, total, out))
    assert "apart (Reshape)" in " ".join(complaints(program))
    single = Quantise(activation.name, activation.inputs, Format(False, 1, 2))
    narrow = Program((4, 3), sets().format, (each, single, total, replace(out, weight_bits=1)))
    said = " ".join(complaints(narrow))
    assert "its inputs have 1 bit" in said
    assert "its weights have 1 bit" in said


def test_floats_and_ties_are_refused_before_anything_is_written(tmp_path) -> None:
    events = made_events(SCHEMA)
    (said,) = Finn().check(small_network(), events)
    assert "quantize" in said
    network = made_fixed_point_network()
    assert Finn().check(network, events) == []
    each, *rest = sets().operations
    assert isinstance(each, Dense)
    tied = Program((4, 3), sets().format, (replace(each, bias=each.bias - 1), *rest))
    network.program = lambda: tied
    with pytest.raises(CannotLowerError, match=r"each\.q: ties"):
        Finn().lower(network, events, tmp_path)
    assert not list(tmp_path.iterdir())
