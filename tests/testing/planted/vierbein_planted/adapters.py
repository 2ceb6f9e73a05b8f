"""Adapters: a good one, and what can be wrong with it."""

from dataclasses import replace

import torch

from vierbein.events.mapping import Mapping
from vierbein.interfaces.adapter import Adapter

MAPPING = {
    "domain": "planted",
    "p4": {"E": "e", "px": "px", "py": "py", "pz": "pz"},
    "features": {
        "charge": {"value": "q", "unit": "e", "role": "scalar"},
        "log_e": {"value": "log(e)", "unit": "log(GeV)"},
        "d0": {"value": "d0", "unit": "cm"},
    },
    "event_features": {"total": {"value": "sum(e)", "unit": "GeV"}},
    "truth": {"kind": {"value": "kind", "codes": {"0": 0, "1": 1}, "citation": "arXiv:0000.00000"}},
    "units": {"e": "MeV", "px": "MeV", "py": "MeV", "pz": "MeV", "d0": "mm"},
    "event_id": "number",
    "event_weight": "weight",
    "pdg": {"value": "code", "codes": {"0": 11, "1": -11, "2": 22, "3": 2212}},
    "cuts": ["sum(e) < 8000"],
    "max_particles": 4,
}


class Declared(Adapter):
    """A detector whose files are in MeV and mm, with codes of its own."""

    changes: dict = {}

    def __init__(self) -> None:
        super().__init__(Mapping.from_json({**MAPPING, **self.changes}))


class WrongUnit(Declared):
    """Takes MeV for GeV."""

    changes = {"units": {"d0": "mm"}}


class WrongLength(Declared):
    """Takes mm for cm."""

    changes = {"units": dict.fromkeys(("e", "px", "py", "pz"), "MeV")}


class WrongPdg(Declared):
    """Mistakes positrons for electrons."""

    changes = {"pdg": {"value": "code", "codes": {"0": -11, "1": 11, "2": 22, "3": 2212}}}


class MixedUnits(Declared):
    """Reads energies in GeV as MeV, momenta as they are."""

    changes = {"units": {"e": "MeV", "d0": "mm"}}


class FeatureInMev(Declared):
    """Gives a feature in the file's unit."""

    energy = {"value": "1000 * e", "unit": "MeV"}
    changes = {"features": {**MAPPING["features"], "energy": energy}}


class Uncited(Declared):
    """Does not say where its truth is defined."""

    changes = {"truth": {"kind": {"value": "kind", "codes": {"0": 0, "1": 1}}}}


class SwallowsNaN(Declared):
    """Makes zeros of what is no number."""

    def read(self, records, *, labelled=True):
        from vierbein.events.jagged import Jagged

        def mended(column):
            if isinstance(column, Jagged):
                return Jagged(mended(column.values), column.offsets)
            return column if column.dtype.kind != "f" else torch.tensor(column).nan_to_num().numpy()

        columns = {name: mended(column) for name, column in records.columns.items()}
        return super().read(replace(records, columns=columns), labelled=labelled)


class BesideTheMapping(Declared):
    """Calibrates in code what its mapping does not say."""

    def read(self, records, *, labelled=True):
        events = super().read(records, labelled=labelled)
        events.p4 = events.p4 * 1.02
        return events


class NormalisesPerRun(Declared):
    """Takes off the mean of whatever run it is given."""

    def read(self, records, *, labelled=True):
        events = super().read(records, labelled=labelled)
        events.features = events.features - events.features.mean(0)
        return events


class NeedsLabels(Declared):
    """Reads truth from measured events."""

    def read(self, records, *, labelled=True):
        return super().read(records)

    def columns(self, *, labelled=True):
        return super().columns()


class TakesAnyUnit(Declared):
    """Believes energies of a thousand TeV."""

    changes = {"largest_energy": 1e30, "cuts": []}


class SameIds(Declared):
    """Gives all events one id."""

    changes = {"event_id": "0 * number"}
