"""Proton collisions by Pythia 8, as flat columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vierbein_collider.generation.detectors import Detector
from vierbein_collider.generation.optional import optional

BATCH = 50
"""Collisions in one batch, fixed: what is generated must not depend on how much is asked for."""

_MARGIN = (0.9, 1.25)
"""The range of the hard process's pT, in units of the jet window's edges, where none is given."""

_OUTGOING = slice(5, 7)
"""Where the two outgoing particles of a 2 -> 2 process stand in Pythia's event record."""

_COMMON = (
    "Print:quiet=on",
    "Random:setSeed=on",
    "ParticleDecays:limitTau0=on",  # stable at the LHC: a proper lifetime above 10 mm/c
    "ParticleDecays:tau0Max=10",
)


@dataclass(frozen=True)
class Particles:
    """Stable particles of a batch of collisions, flat.

    Parameters
    ----------
    collision
        The collision's number in its batch.
    pdg
        PDG particle codes.
    charge
        Electric charges in units of the proton's.
    pt
        Transverse momenta in GeV.
    eta
        Pseudorapidities.
    phi
        Azimuths.
    energy
        Energies in GeV.
    x
        Where they were produced, in mm.
    y
        Likewise.
    """

    collision: NDArray[np.int64]
    pdg: NDArray[np.int64]
    charge: NDArray[np.int64]
    pt: NDArray[np.float64]
    eta: NDArray[np.float64]
    phi: NDArray[np.float64]
    energy: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]

    def take(self, chosen: NDArray[np.bool_]) -> "Particles":
        """Choose particles by a mask."""
        return Particles(**{name: values[chosen] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Collisions:
    """A batch of collisions.

    Parameters
    ----------
    particles
        The stable particles.
    parton_pdg
        PDG codes of each collision's two outgoing particles of the hard process.
    parton_eta
        Their pseudorapidities.
    parton_phi
        Their azimuths.
    """

    particles: Particles
    parton_pdg: NDArray[np.int64]
    parton_eta: NDArray[np.float64]
    parton_phi: NDArray[np.float64]


def collisions(
    settings: Sequence[str], detector: Detector, pythia_seed: int
) -> Iterator[Collisions]:
    """Yield batches of `BATCH` collisions without end.

    Multiparton interactions, parton showers and hadronisation are on (Pythia's default tune);
    there is no pile-up.

    Parameters
    ----------
    settings
        Pythia's settings of the hard process.
    detector
        Whose beam energy and windows of pT the collisions suit.
    pythia_seed
        Pythia's own seed.

    Yields
    ------
    Collisions
        The next batch.

    Raises
    ------
    GeneratorNotInstalledError
        If Pythia is not installed.
    """
    low, high = detector.parton_pt or np.multiply(detector.jet_pt, _MARGIN)
    pythia = optional("pythia8mc").Pythia("", False)
    for line in (
        *_COMMON,
        f"Random:seed={pythia_seed}",
        f"Beams:eCM={detector.beam_energy}",
        f"PhaseSpace:pTHatMin={low}",
        f"PhaseSpace:pTHatMax={high}",
        *settings,
    ):
        pythia.readString(line)
    pythia.init()
    while True:
        yield _flat(pythia.nextBatch(BATCH).prt, pythia.particleData)


def _flat(records: Any, particle_data: Any) -> Collisions:
    awkward = optional("awkward")
    hard = records[:, _OUTGOING]
    stable = records[records.status > 0]
    flat = awkward.flatten(stable)
    momentum = {name: awkward.to_numpy(flat.p[name]) for name in ("px", "py", "pz", "e")}
    pdg = awkward.to_numpy(flat.id).astype(np.int64)
    pt = np.maximum(np.hypot(momentum["px"], momentum["py"]), 1e-9)
    vertex = {
        name: awkward.to_numpy(awkward.fill_none(flat.vProd[name], 0.0)) for name in ("px", "py")
    }
    particles = Particles(
        collision=np.repeat(np.arange(len(records)), awkward.to_numpy(awkward.num(stable))),
        pdg=pdg,
        charge=_charges(pdg, particle_data),
        pt=pt,
        eta=np.arcsinh(momentum["pz"] / pt),
        phi=np.arctan2(momentum["py"], momentum["px"]),
        energy=momentum["e"],
        x=vertex["px"],
        y=vertex["py"],
    )
    out = {name: awkward.to_numpy(hard.p[name]) for name in ("px", "py", "pz")}
    return Collisions(
        particles,
        parton_pdg=awkward.to_numpy(hard.id).astype(np.int64),
        parton_eta=np.arcsinh(out["pz"] / np.hypot(out["px"], out["py"])),
        parton_phi=np.arctan2(out["py"], out["px"]),
    )


def _charges(pdg: NDArray[np.int64], particle_data: Any) -> NDArray[np.int64]:
    kinds, which = np.unique(pdg, return_inverse=True)
    return np.array([round(particle_data.charge(int(kind))) for kind in kinds])[which]
