"""A toy survey of the sky."""

from vierbein.events.mapping import Mapping
from vierbein.interfaces.adapter import Adapter


class ToySurvey(Adapter):
    """Gives x, y, z and w of every patch, and the universe's parameters.

    Parameters
    ----------
    name
        Of the domain.
    """

    def __init__(self, name: str = "survey") -> None:
        mapping = {
            "domain": name,
            "p4": {"E": "energy", "px": "0.3 * energy", "py": "0 * energy", "pz": "0 * energy"},
            "features": {"x": "x", "y": "y", "z": "z", "w": "w"},
            "truth": {"sigma8": {"value": "sigma8"}, "m_nu": {"value": "m_nu", "unit": "1"}},
            "event_id": "number",
        }
        super().__init__(Mapping.from_json(mapping))
