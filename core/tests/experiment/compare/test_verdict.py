import pytest

from vierbein.experiment.compare.interval import Interval
from vierbein.experiment.compare.verdict import judge

NAN = float("nan")


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.021, 0.5, "helpful"),
        (0.02, 0.5, "undecided"),  # it touches the margin
        (0.02, 0.02, "neutral"),
        (-0.02, 0.02, "neutral"),  # the margin itself does not matter yet
        (-0.001, 0.001, "neutral"),
        (0.001, 0.019, "neutral"),  # better beyond doubt, but by nothing that matters
        (0.019, 0.021, "undecided"),
        (-0.021, 0.021, "undecided"),
        (-0.5, 0.5, "undecided"),
        (-0.5, -0.02, "undecided"),
        (-0.5, -0.021, "negative"),
        (-0.0201, 0.01, "undecided"),
        (NAN, NAN, "undecided"),
    ],
)
def test_four_verdicts(low, high, outcome):
    assert judge(Interval((low + high) / 2, low, high), 0.02).value == outcome


def test_exchanged_arms_have_the_opposite_verdict():
    opposite = {"helpful": "negative", "negative": "helpful"}
    for low in (-0.3, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2):
        for width in (0.0, 0.05, 0.1, 0.2):
            said = judge(Interval(low, low, low + width), 0.1).value
            other = judge(Interval(low, -low - width, -low), 0.1).value
            assert other == opposite.get(said, said)


def test_without_a_margin_nothing_but_equality_is_neutral():
    assert judge(Interval(0.0, 0.0, 0.0), 0.0).value == "neutral"
    assert judge(Interval(0.0, -1e-9, 1e-9), 0.0).value == "undecided"
    assert judge(Interval(1e-9, 1e-10, 1e-8), 0.0).value == "helpful"
