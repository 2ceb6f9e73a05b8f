import pytest

from vierbein.errors.runs import ImpossibleSettingError
from vierbein.experiment.settings import CompareSettings, SplitSettings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sizes", []),
        ("sizes", [600, 60]),
        ("sizes", [60, 60]),
        ("seeds", 0),
        ("steps", 0),
        ("trials", 0),
        ("workers", 0),
        ("validation", 0.0),
        ("validation", 1.0),
        ("span", 0.5),
        ("margin", -0.1),
        ("level", 1.0),
        ("level", 95.0),
        ("replicas", 1),
        ("test_events", -1),
        ("slices", {"jet_pt": 0}),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(name, value):
    with pytest.raises(ImpossibleSettingError, match=rf"compare\.{name} is "):
        CompareSettings(**{name: value})


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.0), (0.9, 0.9, 0.9), (1.2, -0.1, -0.1)])
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(ImpossibleSettingError, match=r"splits is \{train: "):
        SplitSettings(*shares)


def test_what_makes_sense_is_taken():
    CompareSettings()
    CompareSettings(sizes=[1], seeds=1, steps=1, margin=0.0, span=1.0, replicas=2, test_events=0)
    SplitSettings(0.1, 0.2, 0.7)
