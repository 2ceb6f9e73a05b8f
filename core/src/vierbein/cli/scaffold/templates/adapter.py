from vierbein.events.mapping import Mapping
from vierbein.interfaces.adapter import Adapter


class Exemplar(Adapter):
    """Reads massless particles: pt in MeV, eta and phi; and the process that made them.

    Parameters
    ----------
    domain
        Name of the detector domain.
    """

    def __init__(self, domain: str = "exemplar") -> None:
        momentum = {"px": "pt * cos(phi)", "py": "pt * sin(phi)", "pz": "pt * sinh(eta)"}
        process = {"value": "process", "codes": {"0": 0, "1": 1}, "citation": "the generator"}
        mapping = {
            "domain": domain,
            "units": {"pt": "MeV"},
            "p4": {"E": "pt * cosh(eta)", **momentum},
            "features": {"log_pt": {"value": "log(pt)", "unit": "log(GeV)"}, "eta": "eta"},
            "truth": {"process": process},
            "event_id": "number",
        }
        super().__init__(Mapping.from_json(mapping))
