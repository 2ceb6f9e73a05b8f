"""FINN's reports and the simulation -> figures that say where they come from."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vierbein.interfaces.figure import Figure
from vierbein_finn.simulation import Simulated

REPORTS = "reports"
SYNTHESIS = "ooc_synth_and_timing.json"

_RESOURCES = {"LUT": "LUT", "BRAM": "BRAM_18K", "DSP": "DSP"}


def estimated(folder: Path) -> list[Figure]:
    """Read FINN's estimates; its estimate of the latency is of cycles alone, and no latency.

    It is the sum of all layers' cycles: too long where they overlap, too short where pipelines
    inside them count.

    Parameters
    ----------
    folder
        Of the reports.

    Returns
    -------
    list
        Cycles, initiation interval, resources.
    """
    network = _read(folder / "estimate_network_performance.json")
    total = _read(folder / "estimate_layer_resources.json")["total"]
    return [
        figure("cycles", network["critical_path_cycles"], "1", "estimate"),
        figure("initiation interval", network["max_cycles"], "cycles", "estimate"),
        *(figure(name, total[key], "1", "estimate") for name, key in _RESOURCES.items()),
    ]


def synthesised(folder: Path) -> list[Figure]:
    """Read what Vivado reported after synthesis out of context; nothing where it did not run."""
    if not (folder / SYNTHESIS).exists():
        return []
    said = _read(folder / SYNTHESIS)
    found = {name: said[name] for name in ("LUT", "FF", "DSP")}
    found["BRAM"] = said["BRAM_18K"] + 2 * said["BRAM_36K"]  # counted in halves, as estimates are
    figures = [figure(name, value, "1", "synthesised") for name, value in found.items()]
    return [*figures, figure("clock", said["fmax_mhz"], "MHz", "synthesised")]


def simulated(found: Simulated, clock: float) -> list[Figure]:
    """Give cycles as they were counted in the simulation of FINN's Verilog.

    Parameters
    ----------
    found
        By the simulation.
    clock
        Period in ns, as asked for: what a placed design would reach is not known.

    Returns
    -------
    list
        Cycles, latency, and initiation interval where there were events enough.
    """
    figures = [
        figure("cycles", found.cycles, "1", "simulated"),
        figure("latency", found.cycles * clock, "ns", "simulated"),
    ]
    if found.interval is not None:
        figures.append(figure("initiation interval", found.interval, "cycles", "simulated"))
    return figures


def figure(name: str, value: float, unit: str, provenance: str) -> Figure:
    """Make a figure that has no interval."""
    number = float(value)
    return Figure(name, number, number, number, unit, provenance)


def _read(file: Path) -> Mapping[str, Any]:
    said: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return said
