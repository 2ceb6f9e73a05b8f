"""Which distribution offers a component, where that is known: for advice, never for loading."""

from typing import Final

KNOWN: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "vierbein-collider": {
        "adapter": ("jets_atlas", "jets_calo", "jets_cms"),
        "command": ("make-jets",),
        "dataset": ("jet_sample", "pythia_jets"),
        "observable": (
            "d2",
            "energy_correlation",
            "girth",
            "jet_mass",
            "jet_pt",
            "multiplicity",
            "pt_dispersion",
        ),
        "task": ("jet_classification",),
    },
    "vierbein-cpu": {"hardware": ("cpu",)},
    "vierbein-euclid": {"backbone": ("euclid_net",)},
    "vierbein-files": {"dataset": ("parquet", "root")},
    "vierbein-lorentz": {
        "backbone": (
            "lgatr_net",
            "lgatr_net_base",
            "lgatr_net_tiny",
            "lgatr_slim_net",
            "lgatr_slim_net_base",
            "lgatr_slim_net_tiny",
            "lorentz_net",
            "lorentz_net_base",
            "lorentz_net_tiny",
        )
    },
    "vierbein-objectives": {"objective": ("masked_particles", "supervised_and_masked")},
