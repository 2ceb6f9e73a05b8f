"""Parametrised detectors: three from a near twin of each other to a hard shift, two at 1 TeV.

References
----------
.. [1] DELPHES 3 Collaboration, arXiv:1307.6346, and its cards delphes_card_CMS.tcl and
       delphes_card_ATLAS.tcl.
.. [2] ATLAS Collaboration, JINST 3 (2008) S08003, table 1.1.
.. [3] T. Plehn, G. Salam, M. Spannowsky, arXiv:0910.5472; T. Plehn, M. Spannowsky, M. Takeuchi,
       D. Zerwas, arXiv:1006.2833 (HEPTopTagger).
.. [4] J. Duarte et al., arXiv:1804.06913, section 2 (jets of 1 TeV from five kinds of particles).
.. [5] CMS Collaboration, CERN-LHCC-2020-004 (its level-1 trigger for the high-luminosity LHC).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vierbein_collider.jet_columns import MAX_PARTICLES

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class EnergyResolution:
    """Absolute resolution ``(1 + g eta^2) sqrt((c E)^2 + s^2 E + n^2)`` up to a pseudorapidity.

    Parameters
    ----------
    eta_max
        Where it ends in |eta|.
    constant
        The c above, dimensionless.
    stochastic
        The s above, in square roots of GeV.
    noise
        The n above, in GeV.
    eta_growth
        The g above, dimensionless.
    """

    eta_max: float
    constant: float
    stochastic: float
    noise: float = 0.0
    eta_growth: float = 0.0

    def __call__(self, energy: Array, eta: Array) -> Array:
        """Give the resolution in GeV; nothing deposited means nothing to smear."""
        variance = (self.constant * energy) ** 2 + self.stochastic**2 * energy + self.noise**2
        return np.where(energy > 0, (1 + self.eta_growth * eta**2) * np.sqrt(variance), 0.0)


@dataclass(frozen=True)
class Calorimeter:
    """A grid of cells in (eta, phi) and the energy resolution of each region.

    Parameters
    ----------
    cell_eta
        Width of a cell in eta.
    num_phi
        Number of cells around the beam.
    regions
        Resolutions by rising |eta|; the last one counts beyond its own end too.
    energy_min
        Cells with less (GeV) are not read out.
    significance_min
        Nor are cells with less than so many times their resolution.
    """

    cell_eta: float
    num_phi: int
    regions: tuple[EnergyResolution, ...]
    energy_min: float = 0.5
    significance_min: float = 2.0

    @property
    def cell_phi(self) -> float:
        """Width of a cell in phi, in radians."""
        return 2 * np.pi / self.num_phi

    def resolution(self, energy: Array, eta: Array) -> Array:
        """Give the absolute energy resolution in GeV."""
        edges = [region.eta_max for region in self.regions[:-1]]
        return np.choose(
            np.searchsorted(edges, np.abs(eta)), [region(energy, eta) for region in self.regions]
        )


@dataclass(frozen=True)
class TrackRegion:
    """Tracking up to a pseudorapidity: relative pT resolution ``sqrt(c^2 + (k pT)^2)``.

    Parameters
    ----------
    eta_max
        Where it ends in |eta|.
    constant
        The c above, dimensionless.
    slope
        The k above, per GeV.
    efficiency_soft
        Efficiency for pT of 0.1-1 GeV; softer tracks are lost.
    efficiency
        Efficiency above 1 GeV.
    """

    eta_max: float
    constant: float
    slope: float
    efficiency_soft: float
    efficiency: float


@dataclass(frozen=True)
class Tracker:
    """Efficiency, pT resolution and impact-parameter resolution of charged particles.

    Parameters
    ----------
    regions
        By rising |eta|; no track beyond the last.
    muon_efficiency
        Efficiency for muons above 0.1 GeV, wherever there are tracks.
    d0_constant
        The a of the d0 resolution ``sqrt(a^2 + (b / pT)^2)``, in mm.
    d0_slope
        The b of it, in mm GeV.
    """

    regions: tuple[TrackRegion, ...]
    muon_efficiency: float
    d0_constant: float
    d0_slope: float

    def pt_resolution(self, pt: Array, eta: Array) -> Array:
        """Give the relative resolution of the transverse momentum."""
        return np.hypot(self._by_eta("constant", eta), self._by_eta("slope", eta) * pt)

    def d0_resolution(self, pt: Array) -> Array:
        """Give the resolution of the transverse impact parameter in mm."""
        widths: Array = np.sqrt(self.d0_constant**2 + (self.d0_slope / pt) ** 2)
        return widths

    def efficiency(self, pt: Array, eta: Array, is_muon: NDArray[np.bool_]) -> Array:
        """Give the probability that a charged particle leaves a track."""
        soft, hard = self._by_eta("efficiency_soft", eta), self._by_eta("efficiency", eta)
        hadron = np.where(pt <= 1.0, soft, hard)
        seen = (pt > 0.1) & (np.abs(eta) <= self.regions[-1].eta_max)  # noqa: PLR2004 - the card's
        return np.where(seen, np.where(is_muon, self.muon_efficiency, hadron), 0.0)

    def _by_eta(self, name: str, eta: Array) -> Array:
        edges = [region.eta_max for region in self.regions[:-1]]
        values = [np.full_like(eta, getattr(region, name)) for region in self.regions]
        return np.choose(np.searchsorted(edges, np.abs(eta)), values)


@dataclass(frozen=True)
class Link:
    """What of a candidate goes over a trigger's links: integers, in steps.

    Parameters
    ----------
    pt_min
        Softer candidates (GeV) are not sent.
    pt_step
        Step of the transverse momentum in GeV.
    angle_step
        Step of eta, and of phi in radians.
    """

    pt_min: float
    pt_step: float
    angle_step: float


@dataclass(frozen=True)
class Detector:
    """A detector, its beams and its jets.

    Parameters
    ----------
    name
        The domain's name.
    code
        Its number inside event ids.
    beam_energy
        Energy of the collisions in GeV.
    radius
        The anti-kt radius parameter.
    jet_pt
        The window of jet pT in GeV.
    jet_eta_max
        The jets' acceptance in |eta|.
    particle_eta_max
        The particles' acceptance in |eta|; no jet reaches beyond it.
    tracker
        None if there are no tracks: then every particle but muons and neutrinos goes to towers in
        which both calorimeters are summed.
    electromagnetic
        Where photons and electrons without a track go.
    hadronic
        Where neutral hadrons and charged ones without a track go.
    spreads_cells
        Whether a cell's position is drawn evenly inside it (as in [1]_) or is its centre.
    parton_pt
        The window of the hard process's pT in GeV; none follows the window of jets, with a margin.
    link
        What candidates pass before jets are made of them; nothing if none is given.
    max_particles
        How many candidates of a jet, the hardest, are recorded.
    """

    name: str
    code: int
    beam_energy: float
    radius: float
    jet_pt: tuple[float, float]
    jet_eta_max: float
    particle_eta_max: float
    tracker: Tracker | None
    electromagnetic: Calorimeter
    hadronic: Calorimeter
    spreads_cells: bool = True
    parton_pt: tuple[float, float] | None = None
    link: Link | None = None
    max_particles: int = MAX_PARTICLES


_TRACK_REGIONS = (  # pT resolution and efficiency of [1]_, the same in both cards
    TrackRegion(0.5, 0.06, 1.3e-3, efficiency_soft=0.70, efficiency=0.95),
    TrackRegion(1.5, 0.10, 1.7e-3, efficiency_soft=0.70, efficiency=0.95),
    TrackRegion(2.5, 0.25, 3.1e-3, efficiency_soft=0.60, efficiency=0.85),
)

# Our own choices: the d0 resolutions, one muon efficiency, electrons with the hadrons' efficiency
# and resolution, the barrel's electromagnetic formula out to |eta| = 2.5, all thresholds of cells,
# the jet windows.
_CMS = Detector(
    name="cms",
    code=0,
    beam_energy=13_000.0,
    radius=0.8,
    jet_pt=(500.0, 700.0),
    jet_eta_max=1.7,
    particle_eta_max=2.5,
    tracker=Tracker(_TRACK_REGIONS, muon_efficiency=0.98, d0_constant=0.015, d0_slope=0.080),
    electromagnetic=Calorimeter(0.0174, 360, (EnergyResolution(2.5, 0.008, 0.11, 0.40, 0.64),)),
    hadronic=Calorimeter(0.087, 72, (EnergyResolution(2.5, 0.050, 1.50),), 1.0, 1.0),
)

# Our own choices, besides those of cms: electromagnetic cells of 0.025.
_ATLAS = Detector(
    name="atlas",
    code=1,
    beam_energy=13_600.0,
    radius=1.0,
    jet_pt=(450.0, 600.0),
    jet_eta_max=1.5,
    particle_eta_max=2.5,
    tracker=Tracker(_TRACK_REGIONS, muon_efficiency=0.98, d0_constant=0.012, d0_slope=0.095),
    electromagnetic=Calorimeter(0.025, 256, (EnergyResolution(2.5, 0.0017, 0.101),)),
    hadronic=Calorimeter(
        0.1,
        64,
        (EnergyResolution(1.7, 0.0302, 0.5205, 1.59), EnergyResolution(2.5, 0.050, 0.706)),
        energy_min=1.0,
    ),
)

# Resolutions are the design values of [2]_; radius and pT are those of moderately boosted tops in
# [3]_, there with Cambridge/Aachen. The rest is our own choice.
_CALO = Detector(
    name="calo",
    code=2,
    beam_energy=13_000.0,
    radius=1.5,
    jet_pt=(200.0, 350.0),
    jet_eta_max=1.5,
    particle_eta_max=3.0,
    tracker=None,
    electromagnetic=Calorimeter(0.1, 64, (EnergyResolution(3.0, 0.007, 0.10),)),
    hadronic=Calorimeter(0.1, 64, (EnergyResolution(3.0, 0.03, 0.50),)),
    spreads_cells=False,
)

# The public benchmark's kinematics: radius, beams, and partons within 1 % of 1 TeV, as in [4]_. The
# window of jets is our own choice, and so is the detector: that of cms.
_OFFLINE = replace(
    _CMS,
    name="offline",
    code=3,
    jet_pt=(800.0, 1200.0),
    parton_pt=(990.0, 1010.0),
    max_particles=48,
)

# The same jets as a first-level trigger's correlator has them: no softer candidates than 2 GeV, the
# integers of [5]_ (0.25 GeV, pi / 720), and 32 candidates. Our own choices: cells of half a tower
# and of a tower, their resolutions and thresholds; tracks are as good as those of cms.
_TRIGGER = replace(
    _OFFLINE,
    name="trigger",
    code=4,
    electromagnetic=Calorimeter(0.0435, 144, (EnergyResolution(2.5, 0.02, 0.20, 0.5),), 1.0, 2.0),
    hadronic=Calorimeter(0.087, 72, (EnergyResolution(2.5, 0.10, 1.50, 1.0),), 2.0, 1.0),
    link=Link(pt_min=2.0, pt_step=0.25, angle_step=np.pi / 720),
    max_particles=32,
)

DETECTORS: Mapping[str, Detector] = MappingProxyType(
    {d.name: d for d in (_CMS, _ATLAS, _CALO, _OFFLINE, _TRIGGER)}
)
