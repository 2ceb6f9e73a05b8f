"""Values against declared types: the rule is strict, and says why."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from vierbein.config.annotation import hint
from vierbein.config.check import Check
from vierbein.errors.settings import SettingError
from vierbein.registry.installed import Registry


@pytest.mark.parametrize(
    ("value", "declared", "expected"),
    [
        (1, int, 1),
        (1, float, 1.0),
        (7, str, "7"),
        (7, int | str, 7),
        (7, str | int, 7),
        ("a.root", Path, Path("a.root")),
        ("a.root", Path | None, Path("a.root")),
        (None, Path | None, None),
        ([1, 2], tuple[float, ...], (1.0, 2.0)),
        ([1, "a"], tuple[float, str], (1.0, "a")),
        ([1, 2, 2], set[int], {1, 2}),
        ([1], Sequence[float], [1.0]),
        ([[1], []], list[list[float]], [[1.0], []]),
        ({"pt": {"unit": "GeV"}}, dict[str, dict[str, str]], {"pt": {"unit": "GeV"}}),
        ({"pt": 1}, Mapping[str, float], {"pt": 1.0}),
        (["a"], list[Literal["a", "b"]], ["a"]),
        (None, Literal["a", None], None),
        ({"x": [1, None]}, Any, {"x": [1, None]}),
    ],
)
def test_right(value, declared, expected):
    got = Check(Registry()).value(value, declared, "x")
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        (True, int),
        (1, bool),
        ("1", int),
        (1.0, int),
        (1.5, str),
        (None, int),
        (0, None),
        ("a", list[str]),
        ({"a": 1}, list[str]),
        ([1], dict[str, int]),
        ([1, 2, 3], tuple[int, int]),
        (1, Literal[True]),
        ("c", Literal["a", "b"] | None),
        (float("nan"), float),
        (float("inf"), Any),
        (3, Path),
    ],
)
def test_wrong(value, declared):
    with pytest.raises(SettingError, match=r"^x"):
        Check(Registry()).value(value, declared, "x")


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        ("int | None", int | None),
        ("dict[str, dict[str, str]]", dict[str, dict[str, str]]),
        ("tuple[float, ...]", tuple[float, ...]),
        ("Literal['a', 'b'] | None", Literal["a", "b"] | None),
        ("Path | str", Path | str),
        ("Any", Any),
        ("Schedule | None", Any),
        ("list[Schedule]", list[Any]),
    ],
)
def test_annotations_are_read(text, declared):
    assert hint(text) == declared


def test_an_unknown_name_allows_the_choices_that_the_registry_found():
    assert hint("Schedule", ("cosine", "flat")) == Literal["cosine", "flat"]
