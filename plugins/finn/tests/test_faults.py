"""Planted faults: each of FINN's known ways to err is caught, and its step named."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from vierbein.fixed_point import qonnx
from vierbein.fixed_point.profile import check_profile
from vierbein.interfaces.hardware import Artifact, Level, Vectors
from vierbein.interfaces.verification import Verification, verify
from vierbein_finn import finn as backend
from vierbein_finn.errors import SimulationStoppedError, WordsError
from vierbein_finn.finn import Finn

Edit = Callable[[str, Callable[[str], str]], None]


def verified(
    finn: Finn, artifact: Artifact, level: Level, vectors: tuple[Vectors, Vectors]
) -> Verification:
    inputs, outputs = vectors
    return verify(outputs, finn.emulate(artifact, level, inputs), Finn.numerics)


@pytest.fixture
def vectors(deep_sets: Callable, golden: Callable) -> tuple[Vectors, Vectors]:
    return golden(deep_sets())


@pytest.fixture
def graph_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the simulator where graphs are enough."""
    monkeypatch.setattr(backend.shutil, "which", lambda _: None)


def test_an_altered_threshold_is_found_at_its_step(
    finn: Finn, artifact: Artifact, vectors: tuple
) -> None:
    file = artifact.folder / "steps" / "02-streamline.onnx"
    graph = onnx.load(file)
    name = next(node.input[1] for node in graph.graph.node if node.op_type == "MultiThreshold")
    (stored,) = (each for each in graph.graph.initializer if each.name == name)
    values = onnx.numpy_helper.to_array(stored).copy()
    values[0, 3] += 1
    stored.CopyFrom(onnx.numpy_helper.from_array(values, name))
    onnx.save(graph, file)
    found = verified(finn, artifact, Level.GRAPH, vectors)
    assert not found.is_equal
    assert found.first_differing == "prediction@streamline"
    assert found.differences["prediction@tidy_up"] == 0


@pytest.mark.parametrize("memory", ["Thresholding_rtl_0_threshs_0_2", "MVAU_rtl_1_memblock"])
def test_an_altered_memory_is_found_in_simulation(
    memory: str, finn: Finn, artifact: Artifact, edit: Edit, vectors: tuple
) -> None:
    edit(f"rtl/{memory}.dat", lambda text: f"{int(text[:2], 16) ^ 3:02x}{text[2:]}")
    found = verified(finn, artifact, Level.RTL, vectors)
    assert found.first_differing == "prediction"
    assert found.differences["prediction"] > 0


def test_another_offset_of_the_host_is_found(
    finn: Finn, artifact: Artifact, edit: Edit, vectors: tuple
) -> None:
    def change(text: str) -> str:
        said = json.loads(text)
        said["affine"][-1]["values"][0] += 2**-6
        return json.dumps(said)

    edit("io.json", change)
    assert verified(finn, artifact, Level.RTL, vectors).first_differing == "prediction"


def test_inputs_off_the_grid_are_refused_where_the_stream_would_cut_them(
    finn: Finn, artifact: Artifact, deep_sets: Callable, golden: Callable
) -> None:
    inputs, _ = golden(deep_sets(), 3)
    with pytest.raises(WordsError, match="off the grid"):
        finn.emulate(artifact, Level.RTL, {"words": inputs["words"] + 0.25})


def test_ties_are_found_where_finn_rounds_them_up(
    finn: Finn, graph_only: None, tmp_path: Path, deep_sets: Callable, golden: Callable
) -> None:
    # Biases that are not snapped: accumulators lie half-way, and FINN takes floor(x + 1/2).
    program = deep_sets(is_snapped=False)
    assert {finding.rule for finding in check_profile(program)} == {"ties"}
    inputs, outputs = golden(program)
    artifact = finn.lower_program(program, tmp_path)
    found = verify(outputs, finn.emulate(artifact, Level.GRAPH, inputs), Finn.numerics)
    assert found.first_differing == "prediction@qonnx_to_finn"
    assert found.differences["prediction@qonnx"] == 0


def test_a_rounding_mode_that_finn_ignores_is_found(
    finn: Finn,
    graph_only: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deep_sets: Callable,
    golden: Callable,
) -> None:
    written = qonnx.to_qonnx

    def floored(program):
        graph = written(program)
        for node in graph.graph.node:
            for attribute in node.attribute:
                if attribute.name == "rounding_mode":
                    attribute.s = b"FLOOR"
        return graph

    monkeypatch.setattr(qonnx, "to_qonnx", floored)
    inputs, _ = golden(deep_sets())
    emulated: Vectors = finn.emulate(finn.lower_program(deep_sets(), tmp_path), Level.GRAPH, inputs)
    floor = {"prediction": emulated["prediction@qonnx"]}
    assert not np.array_equal(floor["prediction"], golden(deep_sets())[1]["prediction"])
    found = verify(floor, emulated, Finn.numerics)
    assert found.first_differing == "prediction@qonnx_to_finn"


def test_an_output_queue_of_finn_s_that_overflows_stops_the_simulation(
    finn: Finn, tmp_path: Path, deep_sets: Callable, vectors: tuple
) -> None:
    # A whole vector a cycle, before a layer that holds it up; FINN folds so for some rates.
    folds = {f"MVAU_rtl_{n}": {"SIMD": simd, "PE": 1} for n, simd in enumerate((3, 8, 1, 1))}
    file = tmp_path / "folding.json"
    file.write_text(json.dumps({"Defaults": {}, **folds}))
    (tmp_path / "artifact").mkdir()
    folded = Finn(folding=str(file))
    artifact = folded.lower_program(deep_sets(), tmp_path / "artifact")
    with pytest.raises(SimulationStoppedError, match="Overflowing output queue"):
        verified(folded, artifact, Level.RTL, vectors)
    assert verified(folded, artifact, Level.GRAPH, vectors).is_equal
