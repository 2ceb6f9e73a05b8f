"""What the protons do: hard processes and the particle whose jet is taken.

References
----------
.. [1] C. Bierlich et al., A comprehensive guide to the physics and usage of PYTHIA 8.3,
       arXiv:2203.11601.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_PARTONS = (1, 2, 3, 4, 5, 21)
_W_TO_QUARKS = ("24:onMode=off", "24:onIfAny=1 2 3 4 5")
_Z_TO_QUARKS = ("23:onMode=off", "23:onIfAny=1 2 3 4 5")
_Z_TO_NEUTRINOS = ("23:onMode=off", "23:onIfAny=12 14 16")


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
        Its name on axes.
    partons
        PDG codes (without sign) of the outgoing particles whose jets are taken.
    settings
        Pythia's settings [1]_.
    """

    name: str
    code: int
    title: str
    partons: tuple[int, ...]
    settings: tuple[str, ...]


_ALL = (
    Process("qcd", 0, "QCD", _PARTONS, ("HardQCD:all=on",)),
    Process("top", 1, "t → bqq'", (6,), ("Top:gg2ttbar=on", "Top:qqbar2ttbar=on", *_W_TO_QUARKS)),
    Process(
        "quark",
        2,
        "quark",
        _PARTONS[:-1],
        ("HardQCD:qq2qq=on", "HardQCD:gg2qqbar=on", "HardQCD:qqbar2qqbarNew=on"),
    ),
    Process("gluon", 3, "gluon", (21,), ("HardQCD:gg2gg=on", "HardQCD:qqbar2gg=on")),
    Process("w", 4, "W → qq'", (24,), ("WeakDoubleBoson:ffbar2WW=on", *_W_TO_QUARKS)),
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
        ("HiggsSM:ffbar2HZ=on", "25:onMode=off", "25:onIfMatch=5 -5", *_Z_TO_NEUTRINOS),
    ),
)

PROCESSES: Mapping[str, Process] = MappingProxyType({process.name: process for process in _ALL})
