"""Programs become FINN's layers, exact at both levels, with cycles counted in its Verilog."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vierbein.interfaces.hardware import Artifact, Level
from vierbein.interfaces.verification import verify
from vierbein.testing.fixed_point_network import made_fixed_point_network
from vierbein.testing.made_events import made_events
from vierbein.testing.small_network import SCHEMA
from vierbein_finn.errors import LevelNotOfferedError, WordsError
from vierbein_finn.finn import Finn
from vierbein_finn.simulation import simulate


@pytest.mark.parametrize("level", [Level.GRAPH, Level.RTL])
def test_eight_particles_are_exact(
    level: Level, finn: Finn, artifact: Artifact, deep_sets: Callable, golden: Callable
) -> None:
    inputs, outputs = golden(deep_sets())
    found = verify(outputs, finn.emulate(artifact, level, inputs), Finn.numerics)
    assert found.is_equal, found
    assert len(np.unique(outputs["prediction"])) > 50


def test_every_step_is_looked_at_in_order(
    finn: Finn, artifact: Artifact, deep_sets: Callable, golden: Callable
) -> None:
    inputs, _ = golden(deep_sets(), 2)
    steps = [name.partition("@")[2] for name in finn.emulate(artifact, Level.GRAPH, inputs)]
    assert steps[:3] == ["qonnx", "qonnx_to_finn", "tidy_up"]
    assert steps[-2:] == ["generate_estimate_reports", ""]
    assert {"streamline", "convert_to_hw", "specialize_layers", "minimize_bit_width"} < set(steps)


def test_cycles_are_counted_whatever_the_events(
    artifact: Artifact, deep_sets: Callable, golden: Callable
) -> None:
    said = json.loads((artifact.folder / "io.json").read_text())
    words = golden(deep_sets())[0]["words"]
    seen = simulate(artifact.folder, said, words.reshape(len(words), -1))
    alone = simulate(artifact.folder, said, words[-1:].reshape(1, -1))
    assert alone.cycles == seen.cycles
    assert alone.interval is None
    cycles = json.loads((artifact.folder / "reports" / "estimate_layer_cycles.json").read_text())
    assert max(cycles.values()) <= seen.interval <= seen.cycles


def test_only_simulated_cycles_make_a_latency(finn: Finn, tmp_path: Path) -> None:
    network, events = made_fixed_point_network(), made_events(SCHEMA)
    figures = finn.report(finn.lower(network, events, tmp_path), network, events)
    found = {(figure.name, figure.provenance): figure for figure in figures}
    assert len(found) == len(figures)
    assert found["latency", "simulated"].value == 5 * found["cycles", "simulated"].value
    assert found["cycles", "estimate"].value != found["cycles", "simulated"].value
    assert {p for name, p in found if name == "latency"} == {"simulated"}
    assert {name for name, p in found if p == "estimate"} == {
        "cycles",
        "initiation interval",
        "LUT",
        "BRAM",
        "DSP",
    }
    assert found["time of lowering", "measured"].value > 0
    assert found["time of simulation build", "measured"].value > 0


def test_the_artifact_knows_nothing_of_this_machine(artifact: Artifact) -> None:
    there = {str(f.relative_to(artifact.folder)) for f in artifact.folder.rglob("*") if f.is_file()}
    assert set(artifact.files) == there
    assert artifact.files[0] == "model.qonnx"
    for name in artifact.files:
        if name != "simulator":
            content = (artifact.folder / name).read_bytes()
            assert b"/tmp/" not in content, name
            assert str(artifact.folder.parent).encode() not in content, name


def test_words_off_the_grid_and_other_levels_are_refused(
    finn: Finn, artifact: Artifact, deep_sets: Callable, golden: Callable
) -> None:
    inputs, _ = golden(deep_sets(), 2)
    for value in (0.5, 32, -33):
        words = inputs["words"].astype(np.float64)
        words[1, 2, 0] = value
        for level in finn.levels:
            with pytest.raises(WordsError, match=rf"Event 1 has the input word {float(value)}"):
                finn.emulate(artifact, level, {"words": words})
    with pytest.raises(LevelNotOfferedError, match="csim"):
        finn.emulate(artifact, Level.CSIM, inputs)
    (artifact.folder / "simulator").unlink()
    with pytest.raises(LevelNotOfferedError, match="no simulator was built"):
        finn.emulate(artifact, Level.RTL, inputs)
