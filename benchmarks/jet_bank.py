"""Draw the masses of the shipped bank's signals, for docs/plugins/collider.md: takes seconds."""

from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from vierbein.interfaces.dataset import Dataset
from vierbein_collider.datasets.jet_anomalies import JetAnomalies
from vierbein_collider.datasets.jet_sample import JetSample

mpl.use("Agg")
import matplotlib.pyplot as plt

PICTURE = Path(__file__).parents[1] / "docs/images/jet_bank.png"
DOMAINS = {"atlas": "R = 1.0, 450-600 GeV", "calo": "R = 1.5, 200-350 GeV"}
GROUPS = (
    ("two and three prongs", "light_qq", "middle_qq", "middle_bb", "heavy_qq", "light_top"),
    ("four prongs, soft, displaced", "light_ww", "middle_ww", "heavy_ww", "soft", "displaced"),
    ("faults of the detector", "hot_cell", "dead_region", "scaled_side", "lost_cells"),
)


def masses(dataset: Dataset, process: int | None = None) -> NDArray[np.float64]:
    """Read the jets' masses in GeV, of one process if it is given."""
    found = []
    for run in dataset.read(["jet_mass", "process"]):
        mass, of = np.asarray(run["jet_mass"]), np.asarray(run["process"])
        found.append(mass if process is None else mass[of == process])
    return np.concatenate(found).astype(np.float64)


def main() -> None:
    """Draw a row of panels for each domain."""
    figure, axes = plt.subplots(2, 3, figsize=(11, 6), sharex=True, sharey="row")
    edges = np.arange(0, 301, 10)
    for row, (domain, window) in zip(axes, DOMAINS.items(), strict=True):
        bank, qcd = JetAnomalies(domain).samples(), masses(JetSample(domain), 0)
        for panel, (title, *names) in zip(row, GROUPS, strict=True):
            draw = partial(panel.hist, bins=edges, density=True)
            draw(qcd, color="0.85", label="QCD")
            for name in names:
                draw(masses(bank[name]), histtype="step", label=name)
            panel.set_title(f"{domain} ({window})\n{title}", fontsize=9)
            panel.set_xlabel("jet mass [GeV]")
            panel.legend(fontsize=7)
        row[0].set_ylabel("share of jets per GeV")
    figure.tight_layout()
    figure.savefig(PICTURE, dpi=110)


if __name__ == "__main__":
    main()
