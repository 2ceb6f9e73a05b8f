"""What the three adapters have in common: jets' records -> events.

The features are those of particle-flow jets in the JetClass papers, arXiv:2202.03772, table 2.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vierbein.events.mapping import Mapping as EventMapping
from vierbein.events.quantity import Quantity

_JET_ENERGY = "sqrt((jet_pt * cosh(jet_eta))**2 + jet_mass**2)"

MOMENTUM_FEATURES: Mapping[str, Quantity] = MappingProxyType(
    {
        "log_pt": Quantity("log(part_pt)", "log(GeV)", "logarithm of the transverse momentum"),
        "log_e": Quantity("log(part_e)", "log(GeV)", "logarithm of the energy"),
        "log_pt_rel": Quantity("log(part_pt / jet_pt)", "1", "log_pt, relative to the jet's"),
        "log_e_rel": Quantity(f"log(part_e / {_JET_ENERGY})", "1", "log_e, relative to the jet's"),
        "deta": Quantity("part_deta", "1", "pseudorapidity from the jet's axis"),
        "dphi": Quantity("wrap(part_dphi)", "rad", "azimuth from the jet's axis"),
        "delta_r": Quantity(
            "hypot(part_deta, wrap(part_dphi))", "1", "distance from the jet's axis"
        ),
    }
)
"""Features that every detector gives."""

PARTICLE_FLOW_FEATURES: Mapping[str, Quantity] = MappingProxyType(
    {
        "charge": Quantity("part_charge", "e", "electric charge", "scalar"),
        "is_charged_hadron": Quantity("part_kind == 0", "1", "1 for charged hadrons", "scalar"),
        "is_neutral_hadron": Quantity("part_kind == 1", "1", "1 for neutral hadrons", "scalar"),
        "is_photon": Quantity("part_kind == 2", "1", "1 for photons", "scalar"),
        "is_electron": Quantity("part_kind == 3", "1", "1 for electrons", "scalar"),
        "is_muon": Quantity("part_kind == 4", "1", "1 for muons", "scalar"),
        "tanh_d0": Quantity(
            "tanh(part_d0 / 0.1)", "1", "transverse impact parameter, 1 mm -> 0.76"
        ),
    }
)
"""Features that need tracks and particle identification."""


def jet_mapping(domain: str, features: Mapping[str, Quantity], max_particles: int) -> EventMapping:
    """Map the records of one detector's jets; candidates are massless."""
    eta, phi = "(jet_eta + part_deta)", "(jet_phi + part_dphi)"
    return EventMapping(
        domain=domain,
        p4={
            "E": f"part_pt * cosh{eta}",
            "px": f"part_pt * cos{phi}",
            "py": f"part_pt * sin{phi}",
            "pz": f"part_pt * sinh{eta}",
        },
        features=dict(features),
        truth={
            "process": Quantity(
                "process",
                "1",
                "the hard process: 0 qcd, 1 top, 2 quark, 3 gluon, 4 w, 5 z, 6 hbb",
                "scalar",
                citation="the outgoing parton within one radius of the jet, arXiv:2203.11601",
            )
        },
        units={"part_d0": "mm"} if "tanh_d0" in features else {},
        event_id="event_id",
        max_particles=max_particles,
    )
