"""The toy detector after an upgrade."""

from typing import Any

from vierbein.events.mapping import Mapping
from vierbein.interfaces.adapter import Adapter


class ToyUpgrade(Adapter):
    """Gives kinds of particles, and more where it was upgraded.

    Parameters
    ----------
    name
        Of the domain.
    more
        Whether it also gives one more feature, one more event feature, and a third kind.
    """

    def __init__(self, name: str = "toy", more: bool = False) -> None:
        mapping: dict[str, Any] = {
            "domain": name,
            "p4": {"E": "energy", "px": "0.3 * energy", "py": "0 * energy", "pz": "0 * energy"},
            "features": {"x": "x", "y": "y", "z": "z"},
            "event_features": {"total": {"value": "sum(energy)", "unit": "GeV"}},
            "pdg": {"value": "x > 0", "codes": {"0": 211, "1": -211}},
            "truth": {"process": {"value": "process", "codes": {"0": 0, "1": 1}}},
            "event_id": "number",
        }
        if more:
            mapping["features"] = {"size": "x * x", **mapping["features"]}
            spread = {"value": "sum(y * y)"}
            mapping["event_features"] = {"spread": spread, **mapping["event_features"]}
            codes = {"0": 211, "1": -211, "2": 11, "3": 11}
            mapping["pdg"] = {"value": "(x > 0) + 2 * (y > 1)", "codes": codes}
        super().__init__(Mapping.from_json(mapping))
