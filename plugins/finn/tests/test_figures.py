"""Figures say where they come from: FINN's estimates, Vivado's reports, our simulation."""

import json
from pathlib import Path

import numpy as np

from vierbein_finn.figures import estimated, simulated, synthesised
from vierbein_finn.finn import by_host
from vierbein_finn.simulation import Simulated


def write(folder: Path, name: str, said: object) -> None:
    (folder / name).write_text(json.dumps(said))


def test_estimates_are_no_latency(tmp_path: Path) -> None:
    write(
        tmp_path,
        "estimate_network_performance.json",
        {"critical_path_cycles": 144, "max_cycles": 72, "estimated_latency_ns": 720.0},
    )
    total = {"BRAM_18K": 2.0, "LUT": 60.0, "URAM": 0.0, "DSP": 3.0}
    write(tmp_path, "estimate_layer_resources.json", {"MVAU_rtl_0": {"LUT": 1}, "total": total})
    found = {figure.name: (figure.value, figure.provenance) for figure in estimated(tmp_path)}
    assert found == {
        "cycles": (144, "estimate"),
        "initiation interval": (72, "estimate"),
        "LUT": (60, "estimate"),
        "BRAM": (2, "estimate"),
        "DSP": (3, "estimate"),
    }
    assert synthesised(tmp_path) == []


def test_vivado_s_report_is_read(tmp_path: Path) -> None:
    # The names are those that FINN's builder writes; no such report was made on a machine of ours.
    said = {"LUT": 1200, "FF": 900, "DSP": 4, "BRAM_18K": 2, "BRAM_36K": 1, "WNS": 1.0}
    write(tmp_path, "ooc_synth_and_timing.json", {**said, "fmax_mhz": 250.0})
    found = {figure.name: figure for figure in synthesised(tmp_path)}
    assert {figure.provenance for figure in found.values()} == {"synthesised"}
    assert found["LUT"].value == 1200
    assert found["BRAM"].value == 2 + 2 * 1
    assert (found["clock"].value, found["clock"].unit) == (250, "MHz")


def test_latency_is_cycles_times_the_clock() -> None:
    found = {f.name: f for f in simulated(Simulated(np.zeros((3, 1), np.int64), 126, 72.0), 5.0)}
    assert (found["latency"].value, found["latency"].unit) == (630, "ns")
    assert found["initiation interval"].value == 72
    assert {figure.provenance for figure in found.values()} == {"simulated"}
    alone = simulated(Simulated(np.zeros((1, 1), np.int64), 126, None), 5.0)
    assert [figure.name for figure in alone] == ["cycles", "latency"]


def test_the_host_applies_factors_and_offsets_in_their_order() -> None:
    affine = [
        {"operation": "Mul", "values": [0.5]},
        {"operation": "Add", "values": [0.25, -2.0]},
    ]
    values = by_host(np.array([[1, 4]]), {"affine": affine})
    assert values.tolist() == [[0.75, 0.0]]
    assert not np.signbit(values).any()
