"""Metadata of the toy plugin, as pip would write it."""

from pathlib import Path

_ENTRY_POINTS = {
    "dataset": "toy_records = vierbein_toy.toy_records:ToyRecords\n"
    "toy_universes = vierbein_toy.toy_universes:ToyUniverses",
    "adapter": "toy_detector = vierbein_toy.toy_detector:ToyDetector\n"
    "toy_upgrade = vierbein_toy.toy_upgrade:ToyUpgrade\n"
    "toy_survey = vierbein_toy.toy_survey:ToySurvey",
    "backbone": "toy_sets = vierbein_toy.toy_sets:ToySets\n"
    "toy_kinds = vierbein_toy.toy_kinds:ToyKinds",
    "observable": "toy_product = vierbein_toy.toy_product:ToyProduct",
}


def install(site: Path) -> None:
    """Write them into a folder that stands on the import path."""
    info = site / "vierbein_toy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.3\nName: vierbein-toy\nVersion: 1.0\n"
        "Requires-Dist: vierbein>=0.1,<0.2\n"
    )
    groups = (f"[vierbein.v1.{kind}]\n{line}" for kind, line in _ENTRY_POINTS.items())
    (info / "entry_points.txt").write_text("\n".join(groups))
