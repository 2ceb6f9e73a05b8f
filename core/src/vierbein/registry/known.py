"""Which distribution offers a component, where that is known: for advice, never for loading."""

from typing import Final

KNOWN: Final[dict[tuple[str, str], str]] = {
    ("backbone", "particle_transformer"): "vierbein-transformer",
    ("hardware", "cpu"): "vierbein-cpu",
    ("safeguard", "ood"): "vierbein-safeguards",
    ("tuner", "bitfit"): "vierbein-tuners",
    ("tuner", "full"): "vierbein-tuners",
    ("tuner", "last_l"): "vierbein-tuners",
    ("tuner", "lora"): "vierbein-tuners",
    ("tuner", "probe"): "vierbein-tuners",
    ("adapter", "jets_atlas"): "vierbein-collider",
    ("adapter", "jets_calo"): "vierbein-collider",
    ("adapter", "jets_cms"): "vierbein-collider",
    ("dataset", "jet_sample"): "vierbein-collider",
}


def provider(kind: str, name: str) -> str | None:
    """Name the distribution that offers a component, or None where it is not known."""
    return KNOWN.get((kind, name))
