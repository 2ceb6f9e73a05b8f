"""The QONNX graph is, by qonnx' own executor, the program: every tensor, every bit."""

import numpy as np
import pytest

from vierbein.fixed_point.format import Format
from vierbein.fixed_point.operations import Dense, Mean, Quantise
from vierbein.fixed_point.program import WORDS, Program
from vierbein.fixed_point.qonnx import INPUT, to_qonnx
from vierbein.fixed_point.rewrite import without_sums
from vierbein.fixed_point.vectors import adversarial
from vierbein.testing.made_program import PROGRAMS

pytest.importorskip("qonnx")


def executed(program: Program, words: np.ndarray) -> list[dict[str, np.ndarray]]:
    """Give every tensor of every event, as qonnx computes them."""
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx.transformation.infer_shapes import InferShapes

    model = ModelWrapper(to_qonnx(program)).transform(InferShapes())
    values = (words * program.format.spacing).astype(np.float32)
    return [
        execute_onnx(model, {INPUT: event[None]}, return_full_exec_context=True) for event in values
    ]


def same(program: Program, words: np.ndarray) -> None:
    expected = program.run(words)
    for number, context in enumerate(executed(program, words)):
        for name, numbers in expected.items():
            found = context[name][0].astype(np.float64)
            assert np.array_equal(found, numbers.values[number]), (name, number)


@pytest.mark.parametrize("rewritten", [False, True], ids=["as it is", "without sums"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_made_programs(name: str, rewritten: bool) -> None:
    program = PROGRAMS[name](1)
    hard = adversarial(program, np.ones((1, *program.shape), np.int64))
    some = hard[:: len(hard) // 12]
    same(without_sums(program) if rewritten else program, some)


def test_ties_saturation_signs_and_odd_grids() -> None:
    # Not in the exact profile, but QONNX rounds half to even as well.
    word = Format(is_signed=False, num_bits=4, num_fraction=1)
    operations = (
        Dense("a", (WORDS,), np.array([[1, -2], [3, 1]]), 0, np.array([-9, 4]), 2),
        Quantise("b", ("a",), Format(is_signed=True, num_bits=4, num_fraction=0)),
        Mean("c", ("b",), 0),
        Quantise("d", ("c",), Format(is_signed=True, num_bits=3, num_fraction=0)),
        Dense("e", ("d",), np.array([[2], [-7]]), 6, weight_bits=2),
        Quantise("f", ("e",), Format(is_signed=True, num_bits=2, num_fraction=5)),
    )
    program = Program((2, 2), word, operations)
    rng = np.random.default_rng(0)
    same(program, rng.integers(0, 16, (40, 2, 2)))


def test_its_input_is_put_on_the_grid_and_saturates() -> None:
    program = PROGRAMS["sets"](0)
    beyond = np.full((1, *program.shape), 1000)
    (context,) = executed(program, beyond)
    assert (context[WORDS] == program.format.highest * program.format.spacing).all()


def test_the_graph_is_the_same_twice() -> None:
    one, two = (to_qonnx(PROGRAMS["mixer"](0)).SerializeToString(deterministic=True) for _ in "12")
    assert one == two
