"""The idealised tracker: its records -> events."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vierbein.events.mapping import Mapping as EventMapping
from vierbein.events.quantity import Quantity
from vierbein.interfaces.adapter import Adapter

_CODES: Final = {str(code): code for code in (11, -11, 13, -13, 22, 211, -211, 2212)}
_CHARGES: Final = {"11": -1, "-11": 1, "13": -1, "-13": 1, "22": 0, "211": 1, "-211": -1, "2212": 1}
_P: Final = "sqrt(part_px**2 + part_py**2 + part_pz**2)"
_E: Final = "sqrt(part_px**2 + part_py**2 + part_pz**2 + part_mass**2)"
_MUON_X, _MUON_Y = (f"sum(where(abs(part_pdg) == 13, part_p{axis}, 0))" for axis in "xy")

FEATURES: Final[Mapping[str, Quantity]] = MappingProxyType(
    {
        "log_pt": Quantity(
            "log(hypot(part_px, part_py) + 0.001)", "log(GeV)", "momentum across the beam, + 1 MeV"
        ),
        "log_e": Quantity(f"log({_E})", "log(GeV)", "logarithm of the energy"),
        "log_e_rel": Quantity(f"log({_E} / sum({_E}))", "1", "log_e, relative to all tracks'"),
        "cos_theta": Quantity(f"part_pz / ({_P} + 1e-6)", "1", "cosine of the angle to the beam"),
        "dphi": Quantity(
            f"wrap(arctan2(part_py, part_px) - arctan2({_MUON_Y}, {_MUON_X}))",
            "rad",
            "azimuth around the beam, from the muon's if there is one",
        ),
        "charge": Quantity("part_pdg", "e", "electric charge", "scalar", _CHARGES),
        "is_muon": Quantity("abs(part_pdg) == 13", "1", "1 for muons", "scalar"),
        "is_proton": Quantity("part_pdg == 2212", "1", "1 for protons", "scalar"),
        "is_charged_pion": Quantity("abs(part_pdg) == 211", "1", "1 for charged pions", "scalar"),
        "is_photon": Quantity("part_pdg == 22", "1", "1 for photons", "scalar"),
        "is_electron": Quantity("abs(part_pdg) == 11", "1", "1 for electrons", "scalar"),
    }
)

EVENT_FEATURES: Final[Mapping[str, Quantity]] = MappingProxyType(
    {
        "log_vertex_energy": Quantity(
            "log(vertex_energy + 0.001)", "log(GeV)", "energy too slow for tracks, + 1 MeV"
        )
    }
)

_MINERVA: Final = "MINERvA Collaboration, arXiv:1511.05944"
TRUTHS: Final[Mapping[str, Quantity]] = MappingProxyType(
    {
        "available_energy": Quantity(
            "available_energy",
            "GeV",
            "kinetic energy of protons and charged pions, total energy of neutral pions, photons "
            "and electrons; nothing of neutrons",
            citation=_MINERVA,
        ),
        "neutrino_energy": Quantity("neutrino_energy", "GeV", citation="generator record"),
        "interaction": Quantity(
            "interaction",
            "1",
            "1 QE, 2 RES, 8 2p2h, 0 none of them",
            "scalar",
            citation="codes of the public MINERvA simulation",
        ),
        "final_state": Quantity(
            "final_state",
            "1",
            "by pions that leave the nucleus: 0 cc_0pi, 1 cc_1pi (one charged), 2 cc_1pi0 (one "
            "neutral), 3 other",
            "scalar",
            citation="the classes of arXiv:2604.12364, charged current",
        ),
    }
)


class NeutrinoTracker(Adapter):
    """Tracks and photons of the idealised tracker, with the codes of what made them.

    Parameters
    ----------
    domain
        Name of the detector domain; each beam and nucleus may have its own.
    max_particles
        Particles kept, the muon first; 0 keeps all.
    stand_ins
        What stands in for features that a base knows and this detector does not measure.
    """

    def __init__(
        self,
        domain: str = "tracker",
        max_particles: int = 0,
        stand_ins: Mapping[str, float] = {},
    ) -> None:
        mapping = EventMapping(
            domain=domain,
            p4={"E": _E, "px": "part_px", "py": "part_py", "pz": "part_pz"},
            features=dict(FEATURES),
            event_features=dict(EVENT_FEATURES),
            truth=dict(TRUTHS),
            event_id="event_id",
            pdg=Quantity("part_pdg", codes=_CODES),
            max_particles=max_particles,
        )
        super().__init__(mapping, stand_ins)
