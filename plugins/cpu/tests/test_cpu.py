"""The ONNX graph computes what the network computes, for any events, and faults are found."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrize

from vierbein.interfaces.hardware import Artifact, Level
from vierbein.interfaces.network import Network
from vierbein.interfaces.verification import golden, verify
from vierbein_cpu import cpu as module
from vierbein_cpu.cpu import Cpu
from vierbein_cpu.errors import (
    BatchSizeError,
    CannotLowerError,
    LevelNotOfferedError,
    UnreadableGraphError,
)


def verified(network: Network, artifact: Artifact, example: object):
    inputs, outputs = golden(network, example)
    return verify(outputs, Cpu().emulate(artifact, Level.GRAPH, inputs), Cpu.numerics)


def test_the_graph_reproduces_the_golden_vectors(
    deep_sets: Callable, jets: Callable, artifact: Artifact
) -> None:
    verification = verified(deep_sets(), artifact, jets(20))
    assert verification.is_equal
    assert list(verification.differences) == ["particles", "pooled", "prediction"]
    assert max(verification.differences.values()) <= 1e-5


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 40, 40), (33, 0, 3), (3, 0, 0), (200, 0, 25)])
def test_numbers_of_events_and_particles_are_free(
    shape: tuple[int, int, int], deep_sets: Callable, jets: Callable, artifact: Artifact
) -> None:
    num, fewest, most = shape
    events = jets(num, fewest, most, seed=6).padded
    inputs = {name: getattr(events, name).numpy() for name in ("p4", "features", "mask")}
    found = Cpu().emulate(artifact, Level.GRAPH, inputs)
    assert found["particles"].shape == (*events.mask.shape, 8)
    assert found["prediction"].shape == (num, 3)
    assert verified(deep_sets(), artifact, jets(num, fewest, most, seed=6)).is_equal


@pytest.mark.parametrize(
    ("parameter", "first_differing"),
    [
        ("backbone.embed.bias", "particles"),
        ("projection.linear.bias", "particles"),
        ("head.linear.bias", "prediction"),
    ],
)
def test_a_changed_parameter_is_found_where_it_first_shows(
    parameter: str,
    first_differing: str,
    deep_sets: Callable,
    jets: Callable,
    artifact: Artifact,
    tmp_path: Path,
) -> None:
    graph = onnx.load(artifact.folder / artifact.files[0])
    (stored,) = (p for p in graph.graph.initializer if p.name.endswith(parameter))
    values = onnx.numpy_helper.to_array(stored).copy()
    values[1] += 1e-3
    stored.CopyFrom(onnx.numpy_helper.from_array(values, stored.name))
    onnx.save(graph, tmp_path / "model.onnx")
    verification = verified(deep_sets(), Artifact(tmp_path, ["model.onnx"]), jets(20))
    assert not verification.is_equal
    assert verification.first_differing == first_differing
    assert verification.differences[first_differing] > 1e-5


def test_what_a_tuner_added_is_baked_in(
    deep_sets: Callable, jets: Callable, tmp_path: Path
) -> None:
    class Doubled(nn.Module):
        def forward(self, values):
            return 2 * values

    network = deep_sets().train()
    plain = golden(network, jets(20))[1]
    parametrize.register_parametrization(network.backbone.embed, "weight", Doubled())
    backend = Cpu()
    assert backend.check(network, jets(20)) == ()
    tuned = backend.lower(network, jets(20), tmp_path)
    assert verified(network, tuned, jets(20)).is_equal
    assert not verify(plain, golden(network, jets(20))[1], Cpu.numerics).is_equal
    assert network.training
    assert parametrize.is_parametrized(network.backbone.embed)
    names = {stored.name for stored in onnx.load(tmp_path / "model.onnx").graph.initializer}
    assert not any("parametrizations" in name for name in names)


def test_check_and_lower_follow_the_parameters_and_are_quiet(
    deep_sets: Callable, jets: Callable, tmp_path: Path, capfd: pytest.CaptureFixture, recwarn
) -> None:
    network, backend = deep_sets(), Cpu()
    assert backend.check(network, jets(20)) == ()
    with torch.no_grad():
        network.head.linear.bias += 1
    artifact = backend.lower(network, jets(20), tmp_path)
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
    assert verified(network, artifact, jets(20)).is_equal


def test_equal_networks_give_equal_bytes_without_traces_of_the_machine(
    deep_sets: Callable, jets: Callable, artifact: Artifact, tmp_path: Path
) -> None:
    # Another number of events to trace, too: the graph does not remember its example.
    again = Cpu().lower(deep_sets(), jets(3), tmp_path)
    for name in artifact.files:
        assert (artifact.folder / name).read_bytes() == (again.folder / name).read_bytes()
        assert not re.search(rb"\.py\b|File |/home|/tmp", (again.folder / name).read_bytes())


def test_the_description_says_what_goes_in_and_out(artifact: Artifact) -> None:
    assert list(artifact.files) == ["model.onnx", "io.json"]
    onnx.checker.check_model(artifact.folder / "model.onnx", full_check=True)
    said = json.loads((artifact.folder / "io.json").read_text())
    inputs = {tensor["name"]: tensor for tensor in said["inputs"]}
    assert inputs["p4"]["shape"] == ["event", "slot", 4]
    assert inputs["mask"] == {"name": "mask", "dtype": "bool", "shape": ["event", "slot"]}
    assert inputs["features"]["dtype"] == "float32"
    named = [(column["name"], column["unit"]) for column in inputs["features"]["columns"]]
    assert named == [("energy", "GeV"), ("charge", "e")]
    outputs = {tensor["name"]: tensor["shape"] for tensor in said["outputs"]}
    assert outputs == {
        "particles": ["event", "slot", 8],
        "pooled": ["event", 8],
        "prediction": ["event", 3],
    }


def test_what_cannot_be_lowered_is_named(
    deep_sets: Callable, jets: Callable, tmp_path: Path
) -> None:
    network = deep_sets(lambda pooled: pooled.mode(dim=-1, keepdim=True).values + pooled)
    with pytest.raises(CannotLowerError, match=r"aten\.mode.*\n.*Replace"):
        Cpu().lower(network, jets(20), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_fixed_number_of_events_is_named_and_no_more_is_said(
    deep_sets: Callable, jets: Callable, capfd: pytest.CaptureFixture, recwarn
) -> None:
    (reason,) = Cpu().check(deep_sets(lambda pooled: pooled.view(7, 8)), jets(20))
    assert "static shape of 7" in reason
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


def test_only_the_graph_level_is_offered(jets: Callable, artifact: Artifact) -> None:
    assert list(Cpu().levels) == [Level.GRAPH]
    with pytest.raises(LevelNotOfferedError, match=r"'rtl'.*\n.*graph"):
        Cpu().emulate(artifact, Level.RTL, {})


@pytest.mark.parametrize("cut", [0, 100, -40])
def test_a_damaged_graph_is_refused_in_words(
    cut: int, deep_sets: Callable, jets: Callable, artifact: Artifact, tmp_path: Path
) -> None:
    (tmp_path / "model.onnx").write_bytes((artifact.folder / "model.onnx").read_bytes()[:cut])
    inputs, _ = golden(deep_sets(), jets(5))
    with pytest.raises(UnreadableGraphError, match=r"model\.onnx: .*\n.*\n.*Lower the network"):
        Cpu().emulate(Artifact(tmp_path, ["model.onnx"]), Level.GRAPH, inputs)


def test_the_report_is_measured_and_consistent(
    deep_sets: Callable, jets: Callable, artifact: Artifact
) -> None:
    torch.set_num_threads(2)
    figures = {f.name: f for f in Cpu(batch_size=5).report(artifact, deep_sets(), jets(3))}
    assert torch.get_num_threads() == 2
    assert all(figure.provenance == "measured" for figure in figures.values())
    assert all(0 < figure.low <= figure.value <= figure.high for figure in figures.values())
    size = figures["size of the graph"]
    assert (size.value, size.unit) == ((artifact.folder / "model.onnx").stat().st_size, "B")
    for num in (1, 5):
        for name in ("ONNX Runtime", "eager torch"):
            latency = figures[f"latency, batch of {num}, {name}"]
            rate = figures[f"rate, batch of {num}, {name}"]
            assert (latency.unit, rate.unit) == ("us", "events/s")
            assert latency.value * rate.value == pytest.approx(num * 1e6)
            assert latency.low * rate.high == pytest.approx(num * 1e6)
        assert f"speed-up over eager torch, batch of {num}" in figures
    assert len(figures) == 11
    assert len(Cpu(batch_size=1).report(artifact, deep_sets(), jets(3))) == 6
    with pytest.raises(BatchSizeError, match="from 1 on"):
        Cpu(batch_size=0)


def test_probe_names_versions_and_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    probe = Cpu().probe()
    assert probe.can_run
    assert probe.versions["torch"] == torch.__version__
    installed = module.version

    def without_onnx_runtime(name: str) -> str:
        if name == "onnxruntime":
            raise PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(module, "version", without_onnx_runtime)
    probe = Cpu().probe()
    assert not probe.can_run
    assert "onnxruntime" in probe.reason
    assert "onnxruntime" not in probe.versions


def test_probing_imports_no_onnx() -> None:
    code = (
        "import sys; from vierbein_cpu.cpu import Cpu; assert Cpu().probe().can_run;"
        "print(sorted({'onnx', 'onnxruntime', 'onnxscript'} & set(sys.modules)))"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"


def test_a_factor_near_one_is_kept(deep_sets: Callable, jets: Callable, tmp_path: Path) -> None:
    # The exporter's own optimiser takes one for a multiplication by 1 and removes it.
    def of_rounding(pooled: torch.Tensor) -> torch.Tensor:
        whole = pooled.round() + 3
        return (whole * (1 - 2**-17) - whole) * 2**17

    network = deep_sets(of_rounding)
    artifact = Cpu().lower(network, jets(20), tmp_path)
    assert golden(network, jets(20))[1]["pooled"].max() < -0.5
    assert verified(network, artifact, jets(20)).is_equal


def test_what_is_not_a_number_stays_in_its_event(
    deep_sets: Callable, jets: Callable, artifact: Artifact
) -> None:
    inputs, outputs = golden(deep_sets(), jets(4))
    inputs["features"][0, 0, 0] = np.nan
    found = Cpu().emulate(artifact, Level.GRAPH, inputs)
    assert np.isnan(found["prediction"][0]).all()
    assert verify(outputs, found, Cpu.numerics).differences["prediction"] is None
    rest = [{name: values[1:] for name, values in of.items()} for of in (outputs, found)]
    assert verify(*rest, Cpu.numerics).is_equal
