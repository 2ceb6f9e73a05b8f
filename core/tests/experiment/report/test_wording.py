import pytest

from vierbein.experiment.report.wording import bounded, flops, interval, number, plus_minus, several


@pytest.mark.parametrize(
    ("value", "half_width", "text"),
    [
        (0.93312, 0.0021, "0.9331"),
        (123.4, 15.0, "123"),
        (-0.003, 3.4, "0.0"),
        (12345.6, 100.0, "12,346"),
        (0.02, 0.0, "0.02"),
        (float("nan"), 0.1, "not defined"),
        (float("inf"), 0.0, "infinite"),
    ],
)
def test_a_number_has_the_digits_that_its_interval_allows(
    value: float, half_width: float, text: str
) -> None:
    assert number(value, half_width) == text


def test_an_interval_is_written_with_both_ends_and_their_signs() -> None:
    said = {"value": -0.0521, "low": -0.063, "high": 0.0412}
    assert interval(said) == "-0.052 [-0.063, 0.041]"
    assert interval(said, is_signed=True) == "-0.052 [-0.063, +0.041]"
    assert plus_minus({"value": -0.0521, "low": -0.063, "high": -0.0412}) == "-0.052 \u00b1 0.011"


@pytest.mark.parametrize(
    ("value", "low", "high", "bound", "text"),
    [
        (8.21, 5.1, 11.0, "", "8.21 [5.1, 11]"),
        (8.21, 5.1, None, "", "8.21 [from 5.1]"),
        (8.21, 1.0, 11.0, "", "8.21 [below 1, 11]"),
        (8.21, 1.0, None, "", "8.21 [unbounded]"),
        (10.0, 10.0, None, "at_least", "at least 10"),
        (10.0, 8.2, None, "at_least", "at least 10 [from 8.2]"),
        (1.0, 1.0, 1.0, "at_most", "at most 1"),
        (1.0, 1.0, 2.4, "at_most", "at most 1 [below 1, 2.4]"),
        (1234.0, 800.0, 1600.0, "", "1,234 [800, 1,600]"),
    ],
)
def test_a_bound_is_written_as_a_bound(
    value: float, low: float, high: float | None, bound: str, text: str
) -> None:
    efficiency = {"value": value, "low": low, "high": high, "bound": bound}
    assert bounded(efficiency, smallest=1.0) == text


def test_seeds_that_agree_are_written_once_and_a_step_never_reached_as_never() -> None:
    assert several([100, 100, 100]) == "100"
    assert several([20, None, 40]) == "20, never, 40"


def test_floating_point_operations_have_a_prefix() -> None:
    assert [flops(x) for x in (0.0, 9.99e2, 1e3, 2.1e11, 3.1e21)] == [
        "0 FLOP",
        "999 FLOP",
        "1 kFLOP",
        "210 GFLOP",
        "3.1e+03 EFLOP",
    ]
