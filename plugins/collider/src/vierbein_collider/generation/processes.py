"""What the protons do: hard processes and the particle whose jet is taken.

References
----------
.. [1] C. Bierlich et al., A comprehensive guide to the physics and usage of PYTHIA 8.3,
       arXiv:2203.11601.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from vierbein_collider.generation.effects import Effect

PARTONS = (1, 2, 3, 4, 5, 21)
"""PDG codes of quarks but top, and of gluons."""

W_TO_QUARKS = ("24:onMode=off", "24:onIfAny=1 2 3 4 5")
_Z_TO_QUARKS = ("23:onMode=off", "23:onIfAny=1 2 3 4 5")
Z_TO_NEUTRINOS = ("23:onMode=off", "23:onIfAny=12 14 16")


@dataclass(frozen=True)
class Strength:
    """How strong a signal is, in its own measure.

    Parameters
    ----------
    measure
        What is measured.
    value
        How much of it.
    unit
        Its unit; 1 if it has none.
    """

    measure: str
    value: float
    unit: str = "1"


@dataclass(frozen=True)
class Process:
    """A hard process.

    Parameters
    ----------
    name
        Its name in settings.
    code
        Its number in the column `process` and inside event ids.
    title
        What it is, in words of physics.
    partons
        PDG codes (without sign) of the outgoing particles whose jets are taken.
    settings
        Pythia's settings [1]_.
    effect
        What the detector does to its jets besides; nothing if none is given.
    strengths
        How strong it is, where it is a signal of a bank.
    """

    name: str
    code: int
    title: str
    partons: tuple[int, ...]
    settings: tuple[str, ...]
    effect: Effect | None = None
    strengths: tuple[Strength, ...] = ()

    def described(self) -> dict[str, Any]:
        """Give all of it in plain data."""
        return asdict(self) | {"effect": repr(self.effect) if self.effect else None}


_ALL = (
    Process("qcd", 0, "QCD", PARTONS, ("HardQCD:all=on",)),
    Process("top", 1, "t → bqq'", (6,), ("Top:gg2ttbar=on", "Top:qqbar2ttbar=on", *W_TO_QUARKS)),
    Process(
        "quark",
        2,
        "quark",
        PARTONS[:-1],
        ("HardQCD:qq2qq=on", "HardQCD:gg2qqbar=on", "HardQCD:qqbar2qqbarNew=on"),
    ),
    Process("gluon", 3, "gluon", (21,), ("HardQCD:gg2gg=on", "HardQCD:qqbar2gg=on")),
    Process("w", 4, "W → qq'", (24,), ("WeakDoubleBoson:ffbar2WW=on", *W_TO_QUARKS)),
    Process(
        "z",
        5,
        "Z → qq",
        (23,),
        ("WeakDoubleBoson:ffbar2gmZgmZ=on", "WeakZ0:gmZmode=2", *_Z_TO_QUARKS),
    ),
    Process(
        "hbb",
        6,
        "H → bb",
        (25,),
        ("HiggsSM:ffbar2HZ=on", "25:onMode=off", "25:onIfMatch=5 -5", *Z_TO_NEUTRINOS),
    ),
)

PROCESSES: Mapping[str, Process] = MappingProxyType({process.name: process for process in _ALL})
