"""Records of toy universes, in which two parameters are degenerate."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Dataset


class ToyUniverses(Dataset):
    """One event is one universe: massive neutrinos wash out what sigma8 clusters.

    Its particles are patches of sky. How strongly z follows x y is sigma8 less `washed_out` times
    the neutrino mass: that alone does not tell the two apart. The mean of w does: it rises with the
    mass. Where the mass is nowhere different, a network has no reason to look at w.

    Parameters
    ----------
    num_events
        How many universes.
    seed
        Of everything.
    heaviest
        Masses are spread evenly from 0 to this; 0 is the standard model of cosmology, LCDM.
    washed_out
        Clustering that is lost by the unit of mass.
    num_particles
        Patches of each universe.
    """

    def __init__(
        self,
        num_events: int = 2000,
        seed: int = 0,
        heaviest: float = 1.0,
        washed_out: float = 0.3,
        num_particles: int = 24,
    ) -> None:
        self.num_events, self.seed, self.heaviest = num_events, seed, heaviest
        self.washed_out, self.num_particles = washed_out, num_particles

    def provenance(self) -> dict[str, Any]:
        return {"toy": 1, **vars(self)}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        rng = np.random.default_rng(self.seed)
        num, patches = self.num_events, self.num_particles
        sigma8 = rng.uniform(-1, 1, num)
        mass = self.heaviest * rng.uniform(0, 1, num)
        clustering = (sigma8 - self.washed_out * mass)[:, None]
        x, y, noise, w = rng.standard_normal((4, num, patches))
        z = 0.7 * clustering * x * y + np.sqrt(1 - (0.7 * clustering) ** 2 / 2) * noise
        w = w + 0.6 * mass[:, None]
        offsets = patches * np.arange(num + 1)
        jagged = {"x": x, "y": y, "z": z, "w": w, "energy": np.exp(0.1 * noise)}
        every = {
            **{name: Jagged(values.ravel(), offsets) for name, values in jagged.items()},
            "sigma8": sigma8,
            "m_nu": mass,
            "number": np.arange(num) + 1_000_000 * self.seed,
        }
        yield Records({name: every[name] for name in columns}, f"universes of seed {self.seed}")
