"""Figures of firmware, each with its provenance."""

from vierbein.interfaces.figure import Figure
from vierbein_alkaid.project import Firmware
from vierbein_alkaid.rtl import Timing


def estimated(firmware: Firmware) -> list[Figure]:
    """Give what the tool says, and what follows from how it computes: by adders alone.

    Its count of LUTs follows a model of adders; FF are the registers in its Verilog.
    """
    counts = {"LUT": firmware.lut, "FF": firmware.ff, "DSP": 0.0, "BRAM": 0.0}
    found = [figure(name, value, "1", "estimate") for name, value in counts.items()]
    return [*_times(firmware, firmware.cycles, "estimate"), *found]


def simulated(firmware: Firmware, timing: Timing) -> list[Figure]:
    """Give what was measured on the Verilog: cycles, and ns at the clock that was asked for.

    Whether a device keeps that clock is known after place and route alone.
    """
    found = [] if timing.cycles is None else _times(firmware, timing.cycles, "simulated")
    if timing.interval is not None:
        found.append(figure("initiation interval", timing.interval, "cycles", "simulated"))
    return found


def figure(name: str, value: float, unit: str, provenance: str) -> Figure:
    """Make a figure without an interval."""
    return Figure(name, float(value), float(value), float(value), unit, provenance)


def _times(firmware: Firmware, cycles: int, provenance: str) -> list[Figure]:
    return [
        figure("cycles", cycles, "1", provenance),
        figure("latency", cycles * firmware.clock_period, "ns", provenance),
    ]
