"""The signals of the bank, by name, each with its strength."""

from dataclasses import dataclass
from typing import Any

from vierbein_neutrino.physics.delta import Delta
from vierbein_neutrino.physics.interactions import DeltaProduction, Exposure, standard
from vierbein_neutrino.scenarios import Mixture, Scenario
from vierbein_neutrino.signals.faults import MissingHadron, ScaledHadrons, UnrelatedHadrons
from vierbein_neutrino.signals.heavy_neutral_lepton import HeavyNeutralLepton
from vierbein_neutrino.signals.pion_burst import PionBurst
from vierbein_neutrino.signals.two_nucleons import TwoNucleons

_DELTA = Delta()


@dataclass(frozen=True)
class Signal:
    """One signal of the bank.

    Parameters
    ----------
    code
        Its number in records and event ids; never used again for another.
    strength
        How far it is from what is expected, in its unit.
    unit
        Of the strength; GeV, or "1".
    meaning
        In words.
    scenario
        What its events are drawn from.
    """

    code: int
    strength: float
    unit: str
    meaning: str
    scenario: Scenario

    def to_json(self) -> dict[str, Any]:
        """Give everything but the scenario."""
        names = ("code", "strength", "unit", "meaning")
        return {name: getattr(self, name) for name in names}


def bank(exposure: Exposure) -> dict[str, Signal]:
    """Give all signals for a beam and a nucleus, by name."""
    sign = -1 if exposure.anti else 1
    expected = Mixture(standard(exposure))
    found: dict[str, Signal] = {}

    def add(name: str, strength: float, unit: str, meaning: str, scenario: Scenario) -> None:
        found[name] = Signal(len(found) + 1, strength, unit, meaning, scenario)

    for number in (2, 3, 5):
        burst = Mixture([PionBurst(exposure, number)])
        add(f"pion_burst_{number}", number, "1", "pions from one vertex", burst)
    for name, mass in (("down", -0.06), ("up", 0.12)):
        shifted = _deltas(exposure, Delta(_DELTA.mass + mass, _DELTA.width))
        add(f"delta_mass_{name}", mass, "GeV", "shift of the Delta's mass", shifted)
    for name, width in (("narrow", 0.25), ("wide", 2.5)):
        stretched = _deltas(exposure, Delta(_DELTA.mass, _DELTA.width * width))
        add(f"delta_{name}", width, "1", "factor of the Delta's width", stretched)
    for mass, name, products in (
        (0.30, "mu_pi", (13 * sign, 211 * sign)),
        (0.38, "mu_pi", (13 * sign, 211 * sign)),
        (0.25, "nu_pi0", (14 * sign, 111)),
        (0.10, "nu_e_e", (14 * sign, 11, -11)),
    ):
        lepton = Mixture([HeavyNeutralLepton(exposure.beam, mass, products)])
        meaning = f"mass of a heavy neutral lepton, decaying into {name.replace('_', ' ')}"
        add(f"heavy_lepton_{name}_{round(1000 * mass)}", mass, "GeV", meaning, lepton)
    for excitation in (0.05, 0.20):
        pairs = Mixture([TwoNucleons(exposure, excitation)])
        name = f"two_nucleons_{round(1000 * excitation):03d}"
        add(name, excitation, "GeV", "energy given to a pair of nucleons", pairs)
    for factor in (0.7, 1.3):
        scaled = ScaledHadrons(expected, factor)
        name = f"hadron_scale_{round(100 * factor):03d}"
        add(name, factor, "1", "factor of the momenta of hadrons", scaled)
    add("missing_hadron", 1, "1", "visible hadrons that are lost", MissingHadron(expected))
    unrelated = UnrelatedHadrons(expected)
    add("unrelated_hadrons", 1, "1", "share of muons that are another event's", unrelated)
    return found


def _deltas(exposure: Exposure, delta: Delta) -> Mixture:
    return Mixture([DeltaProduction(exposure, struck, delta) for struck in exposure.changed])
