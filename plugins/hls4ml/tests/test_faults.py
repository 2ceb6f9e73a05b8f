"""Known faults of the conversion, planted: verification names the first tensor that is wrong."""

from dataclasses import replace

import numpy as np
import pytest
from onnx import helper

import vierbein_hls4ml.hls4ml as module
from vierbein.errors.workers import WorkerFailedError
from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Mean
from vierbein.fixed_point.program import Program
from vierbein.interfaces.hardware import Level
from vierbein.interfaces.verification import golden, verify
from vierbein.testing.made_program import PROGRAMS
from vierbein_hls4ml import idiom
from vierbein_hls4ml.hls4ml import Hls4ml

SETS = PROGRAMS["sets"](0)


@pytest.fixture
def verified(programmed, events, tmp_path):
    """Lower a program, and verify both levels; give the first tensor that differs at each."""

    def verify_levels(program: Program) -> dict[Level, str | None]:
        network, backend = programmed(program), Hls4ml()
        inputs, outputs = golden(network, events)
        folder = tmp_path / "artifact"
        folder.mkdir()
        artifact = backend.lower(network, events, folder)
        found = {}
        for level in backend.levels:
            emulated = backend.emulate(artifact, level, inputs)
            found[level] = verify(outputs, emulated, backend.numerics).first_differing
            expected, got = (each["prediction"].argmax(1) for each in (outputs, emulated))
            found[f"{level} decisions"] = int((expected != got).sum())
        return found

    return verify_levels


def planted(monkeypatch, spoil) -> None:
    """Have every graph spoilt before hls4ml reads it."""
    write = idiom.write

    def spoilt(program: Program) -> idiom.Idiom:
        made = write(program)
        spoil(made)
        return made

    monkeypatch.setattr(idiom, "write", spoilt)


def test_a_global_average_pool_whose_axes_hls4ml_mistakes(verified, monkeypatch) -> None:
    each, each_q, _, out = SETS.operations
    finer = replace(out, bias_fraction=out.bias_fraction + 2)
    program = replace(SETS, operations=(each, each_q, Mean("total", ("each.q",), 0), finer))

    def pooled(made: idiom.Idiom) -> None:
        # The mean is a product of (feature, particle) with a column of quarters.
        graph = made.model.graph
        (old,) = (node for node in graph.node if node.op_type == "Conv" and node.input[0] == "t3")
        nodes = {node.name: node for node in graph.node}
        weight, back, flat = nodes[old.input[1]], nodes["t5"], nodes["t6"]
        unused = list(weight.input)
        new = helper.make_node("GlobalAveragePool", ["t3"], old.output, name=old.name)
        graph.node.insert(list(graph.node).index(old), new)
        flat.input[0] = made.reshaped["t6"] = old.output[0]
        for node in (old, weight, back):
            graph.node.remove(node)
        for constant in [each for each in graph.initializer if each.name in unused]:
            graph.initializer.remove(constant)

    planted(monkeypatch, pooled)
    found = verified(program)
    assert found[Level.GRAPH] is None  # to ONNX it is the mean over particles
    assert found[Level.CSIM] == "total"
    assert found["csim decisions"] > 0


def test_inputs_that_are_not_on_the_grid(verified, monkeypatch) -> None:
    exact = module.values_of
    rng = np.random.default_rng(1)

    def raw(words, description):
        values = exact(words, description)
        return values + 0.49 * SETS.format.spacing * rng.uniform(-1, 1, values.shape)

    monkeypatch.setattr(module, "values_of", raw)
    found = verified(SETS)
    assert found[Level.GRAPH] is None  # it rounds them to the nearest
    assert found[Level.CSIM] == "each"  # the port cuts them off


def test_biases_in_a_type_of_sixteen_fraction_bits(verified, monkeypatch) -> None:
    each, *others = SETS.operations
    fine = replace(each, bias=each.bias * 2**14 + 1, bias_fraction=each.bias_fraction + 14)
    program = replace(SETS, operations=(fine, *others))
    assert fine.bias_fraction > 16

    # As a front end leaves them that writes no `Quant` behind biases.
    def cut(made: idiom.Idiom) -> None:
        graph = made.model.graph
        nodes = {node.name: node for node in graph.node}
        values, *settings = nodes["t1_bias"].input
        nodes["t1"].input[2] = values
        graph.node.remove(nodes["t1_bias"])
        for constant in [each for each in graph.initializer if each.name in settings]:
            graph.initializer.remove(constant)
        made.precisions["t1"]["bias"] = "fixed<32,16>"

    planted(monkeypatch, cut)
    found = verified(program)
    assert found[Level.GRAPH] is None
    assert found[Level.CSIM] == "each"


def test_a_type_of_hls4mls_own_choice_is_refused_before_anything_is_made(
    verified, monkeypatch
) -> None:
    planted(monkeypatch, lambda made: made.precisions["t1"].pop("result"))
    with pytest.raises(WorkerFailedError, match="type of its own choice to Conv1D_t1"):
        verified(SETS)


def test_ties_that_go_up_and_not_to_the_even_neighbour(verified) -> None:
    each, each_q, *others = SETS.operations
    even = replace(each, bias=each.bias - 1)  # the exact profile refuses it
    found = verified(replace(SETS, operations=(even, each_q, *others)))
    assert found[Level.GRAPH] is None
    assert found[Level.CSIM] == "each.q"


def test_an_accumulator_that_is_a_bit_too_narrow(verified, monkeypatch) -> None:
    grid = SETS.format_of("each")
    narrow = Format(grid.is_signed, grid.num_bits - 1, grid.num_fraction)

    def squeeze(made: idiom.Idiom) -> None:
        made.precisions["t1"]["accum"] = idiom.exactly(narrow)

    planted(monkeypatch, squeeze)
    found = verified(SETS)
    assert found[Level.GRAPH] is None
    assert found[Level.CSIM] == "each"
