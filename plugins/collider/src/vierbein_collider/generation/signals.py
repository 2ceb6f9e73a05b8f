"""Signals that no base and no task knows: what the shipped bank is made of.

A scalar X stands for a new particle: it is Pythia's Higgs boson with another mass and one decay,
made together with an unseen Z.

References
----------
.. [1] C. Bierlich et al., A comprehensive guide to the physics and usage of PYTHIA 8.3,
       arXiv:2203.11601.
.. [2] L. Carloni, T. Sjostrand, arXiv:1006.2911 (showers of a hidden valley).
.. [3] P. Schwaller, D. Stolarski, A. Weiler, arXiv:1502.05409 (emerging jets).
.. [4] S. Knapen, S. Pagan Griso, M. Papucci, D. Robinson, arXiv:1612.00850 (soft unclustered
       energy patterns).
"""

from collections.abc import Mapping
from types import MappingProxyType

from vierbein_collider.generation.effects import (
    DeadRegion,
    Effect,
    HotCell,
    LostCells,
    LostTracks,
    ScaledSide,
)
from vierbein_collider.generation.processes import (
    PARTONS,
    PROCESSES,
    W_TO_QUARKS,
    Z_TO_NEUTRINOS,
    Process,
    Strength,
)

_X = (25,)
_TOP = (6,)
_DARK_PION, _DARK_RHO, _DARK_QUARK = 4900111, 4900113, 4900101


def _scalar(mass: float, *decay: str) -> tuple[str, ...]:
    """Make a narrow scalar of some mass (GeV)."""
    return (
        "HiggsSM:ffbar2HZ=on",
        *Z_TO_NEUTRINOS,
        f"25:m0={mass}",
        "25:mMin=0",
        "25:doForceWidth=on",
        "25:mWidth=0.01",
        *decay,
    )


def _pairs(code: int, lifetime: float = 0.0) -> tuple[str, ...]:
    """Let a dark meson decay to light quarks after a proper lifetime (mm/c)."""
    return (f"{code}:oneChannel=1 1.0 91 1 -1", f"{code}:tau0={lifetime}")


def _dark(mass: float, coupling: float, pion: float, lifetime: float = 0.0) -> tuple[str, ...]:
    """Let the scalar decay to dark quarks, which shower into mesons that decay to quarks [2]_."""
    return (
        *_scalar(mass, f"25:oneChannel=1 1.0 102 {_DARK_QUARK} -{_DARK_QUARK}"),
        "HiddenValley:FSR=on",
        "HiddenValley:fragment=on",
        "HiddenValley:alphaOrder=0",
        f"HiddenValley:alphaFSR={coupling}",
        "HiddenValley:Ngauge=3",
        "HiddenValley:nFlav=1",
        f"HiddenValley:pTminFSR={0.55 * pion}",
        f"{_DARK_QUARK}:m0={0.5 * pion}",
        f"{_DARK_PION}:m0={pion}",
        f"{_DARK_RHO}:m0={1.001 * pion}",
        *_pairs(_DARK_PION, lifetime),
        *_pairs(_DARK_RHO, lifetime),
    )


def _top(mass: float) -> tuple[str, ...]:
    return (*PROCESSES["top"].settings, f"6:m0={mass}", f"6:mMin={0.75 * mass}")


def _mass(value: float) -> Strength:
    return Strength("mass", value, "GeV")


def _lifetime(value: float) -> Strength:
    return Strength("proper lifetime", value, "mm/c")


def _fault(name: str, code: int, title: str, effect: Effect, strength: Strength) -> Process:
    return Process(
        name, code, title, PARTONS, PROCESSES["qcd"].settings, effect, strengths=(strength,)
    )


_W_OF_X = ("25:onMode=off", "25:onIfMatch=24 -24", *W_TO_QUARKS)
_LIGHT_W = ("24:m0=30", "24:mMin=5", "24:doForceWidth=on", "24:mWidth=0.01")
_DARK_PIONS = (f"25:oneChannel=1 1.0 102 {_DARK_PION} {_DARK_PION}", f"{_DARK_PION}:m0=30")
_LIGHT_QUARKS, _BOTTOM = "25:oneChannel=1 1.0 0 1 -1", "25:oneChannel=1 1.0 0 5 -5"

_ALL = (
    Process(
        "light_qq",
        16,
        "X → qq, two prongs",
        _X,
        _scalar(40, _LIGHT_QUARKS),
        strengths=(_mass(40),),
    ),
    Process(
        "middle_qq",
        17,
        "X → qq, two prongs",
        _X,
        _scalar(60, _LIGHT_QUARKS),
        strengths=(_mass(60),),
    ),
    Process(
        "middle_bb", 18, "X → bb, two prongs", _X, _scalar(125, _BOTTOM), strengths=(_mass(125),)
    ),
    Process(
        "heavy_qq",
        19,
        "X → qq, two prongs",
        _X,
        _scalar(160, _LIGHT_QUARKS),
        strengths=(_mass(160),),
    ),
    Process("light_top", 20, "t' → bqq', three prongs", _TOP, _top(120), strengths=(_mass(120),)),
    Process("heavy_top", 21, "t' → bqq', three prongs", _TOP, _top(230), strengths=(_mass(230),)),
    Process(
        "light_ww",
        22,
        "X → YY → 4 quarks, four prongs, Y of 30 GeV",
        _X,
        _scalar(100, *_W_OF_X, *_LIGHT_W),
        strengths=(_mass(100),),
    ),
    Process(
        "middle_ww",
        23,
        "X → WW* → 4 quarks, four prongs",
        _X,
        _scalar(125, *_W_OF_X),
        strengths=(_mass(125),),
    ),
    Process(
        "heavy_ww",
        24,
        "X → WW → 4 quarks, four prongs",
        _X,
        _scalar(200, *_W_OF_X),
        strengths=(_mass(200),),
    ),
    Process(  # [4]_ in spirit: a strongly coupled dark shower is nearly isotropic
        "soft",
        25,
        "X → dark quarks → many soft particles",
        _X,
        _dark(125, coupling=3.0, pion=2.0),
        strengths=(_mass(125), Strength("dark coupling", 3.0)),
    ),
    Process(
        "dark_shower",
        26,
        "X → dark quarks → dark mesons → quarks",
        _X,
        _dark(125, coupling=0.7, pion=4.0),
        strengths=(_mass(125), Strength("dark coupling", 0.7)),
    ),
    Process(  # [3]_
        "emerging",
        27,
        "as dark_shower, of long-lived dark mesons",
        _X,
        _dark(125, coupling=0.7, pion=4.0, lifetime=5.0),
        strengths=(_mass(125), _lifetime(5.0)),
    ),
    Process(
        "displaced",
        28,
        "X → two long-lived mesons of 30 GeV → 4 quarks",
        _X,
        (*_scalar(100, *_DARK_PIONS), *_pairs(_DARK_PION, lifetime=5.0)),
        strengths=(_mass(100), _lifetime(5.0)),
    ),
    _fault(
        "hot_cell",
        29,
        "QCD, one cell reads too much",
        HotCell(60.0),
        Strength("added transverse momentum", 60.0, "GeV"),
    ),
    _fault(
        "dead_region",
        30,
        "QCD, a disc reads nothing",
        DeadRegion(0.2),
        Strength("radius", 0.2),
    ),
    _fault(
        "scaled_side",
        31,
        "QCD, cells on one side have a wrong scale",
        ScaledSide(1.5),
        Strength("factor", 1.5),
    ),
    _fault("lost_tracks", 32, "QCD, tracks are lost", LostTracks(0.7), Strength("share", 0.7)),
    _fault("lost_cells", 33, "QCD, cells are dead", LostCells(0.5), Strength("share", 0.5)),
)

SIGNALS: Mapping[str, Process] = MappingProxyType({process.name: process for process in _ALL})
"""By name: resonances of two, three and four prongs, soft, displaced, faults of the detector."""

KNOWN: Mapping[str, Process] = MappingProxyType({**PROCESSES, **SIGNALS})
"""All that can be generated."""
