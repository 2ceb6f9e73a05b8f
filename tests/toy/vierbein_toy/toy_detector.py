"""The toy detector."""

from vierbein.events.mapping import Mapping
from vierbein.interfaces.adapter import Adapter


class ToyDetector(Adapter):
    """Gives x, y and z of every particle.

    Parameters
    ----------
    name
        Of the domain.
    is_labelled
        Whether its events have truth.
    """

    def __init__(self, name: str = "toy", is_labelled: bool = True) -> None:
        process = {"value": "process", "codes": {"0": 0, "1": 1}}
        mapping = {
            "domain": name,
            "p4": {"E": "energy", "px": "0.3 * energy", "py": "0 * energy", "pz": "0 * energy"},
            "features": {"x": "x", "y": "y", "z": "z"},
            "truth": {"process": process} if is_labelled else {},
            "event_id": "number",
        }
        super().__init__(Mapping.from_json(mapping))
