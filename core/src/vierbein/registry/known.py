"""Which distribution offers a component, where that is known: for advice, never for loading."""

from typing import Final

KNOWN: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "vierbein-alkaid": {"hardware": ("alkaid",)},
    "vierbein-collider": {
        "adapter": ("jets_atlas", "jets_calo", "jets_cms", "jets_offline", "jets_trigger"),
        "command": ("make-jets",),
        "dataset": ("jet_anomalies", "jet_sample", "pythia_jets", "trigger_sample"),
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
    "vierbein-compression": {
        "backbone": ("deep_sets", "edge_conv", "jedi_linear", "mlp_mixer"),
        "compressor": ("distill", "prune", "prune_structured", "quantize"),
    },
    "vierbein-cpu": {"hardware": ("cpu", "generated_c")},
    "vierbein-euclid": {"backbone": ("euclid_net",)},
    "vierbein-files": {"dataset": ("parquet", "root")},
    "vierbein-hls4ml": {"hardware": ("hls4ml",)},
    "vierbein-finn": {"hardware": ("finn",)},
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
    "vierbein-neutrino": {
        "adapter": ("neutrino_tracker",),
        "command": ("make-neutrino-anomalies",),
        "dataset": ("neutrino_anomalies", "neutrino_events"),
        "observable": ("available_energy", "transverse_imbalance", "visible_mass"),
    },
    "vierbein-objectives": {"objective": ("masked_particles", "supervised_and_masked")},
    "vierbein-omnilearned": {"backbone": ("pet2",)},
    "vierbein-point-edge": {
        "backbone": (
            "point_edge_transformer",
            "point_edge_transformer_small",
            "point_edge_transformer_tiny",
        ),
        "generator": (
            "point_edge_generator",
            "point_edge_generator_small",
            "point_edge_generator_tiny",
        ),
    },
    "vierbein-safeguards": {
        "safeguard": (
            "blinding",
            "cross_check",
            "discovery",
            "features",
            "high_fidelity",
            "ood",
            "quick",
            "rotation",
            "stress_test",
            "triage",
            "uncertainty",
        )
    },
    "vierbein-tasks": {"task": ("classification", "joint_regression", "regression")},
    "vierbein-transformer": {
        "backbone": (
            "packed_particle_transformer",
            "particle_transformer",
            "particle_transformer_base",
            "particle_transformer_nano",
            "particle_transformer_small",
            "particle_transformer_tiny",
        )
    },
    "vierbein-tuners": {
        "tuner": (
            "bitfit",
            "bottleneck",
            "dummy_nodes",
            "full",
            "gradual",
            "l2_sp",
            "last_l",
            "layer_decay",
            "lora",
            "probe",
            "replay",
        )
    },
    "vierbein-weaver": {"backbone": ("particle_net", "weaver_particle_transformer")},
}
"""Distribution -> kind -> names of its components and presets."""


def provider(kind: str, name: str) -> str | None:
    """Name the distribution that offers a component, or None where it is not known."""
    return next((dist for dist, kinds in KNOWN.items() if name in kinds.get(kind, ())), None)
