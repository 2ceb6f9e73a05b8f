"""References between settings."""

import pytest

from vierbein.config.references import LARGEST, MOST_REFERENCES, filled, foreign
from vierbein.errors.settings import DanglingReferenceError


def test_a_whole_reference_keeps_its_type():
    content = {"a": 3, "b": [0.5, None, True], "c": {"d": "x"}}
    references = {"e": "${a}", "f": "${b}", "g": "${c}", "h": "${b[2]}", "i": "${b.0}"}
    assert filled(content | references) == content | {
        "e": 3,
        "f": [0.5, None, True],
        "g": {"d": "x"},
        "h": True,
        "i": 0.5,
    }


def test_a_reference_in_a_text_is_text():
    got = filled({"a": 3, "b": None, "c": "x/${a}-${ b }", "d": ["${c}!"]})
    assert (got["c"], got["d"]) == ("x/3-None", ["x/3-None!"])


def test_a_reference_may_start_where_it_stands():
    got = filled(
        {"a": {"x": 1, "y": "${.x}", "z": ["${..x}"]}, "b": {"a": {"y": "${..c}"}, "c": 2}}
    )
    assert (got["a"]["y"], got["a"]["z"], got["b"]["a"]["y"]) == (1, [1], 2)


def test_references_follow_each_other_in_any_order():
    content = {"a": "${b.x}", "b": "${c}", "c": {"x": "${d}"}, "d": "${e}${e}", "e": "ha"}
    assert filled(content)["a"] == "haha"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"a": "${b}"}, "a: its ${...} cannot be filled in: there is no setting 'b'"),
        ({"a": "${b.c}", "b": 1}, "there is no setting 'b.c'"),
        ({"a": "${b[3]}", "b": [1]}, "there is no setting 'b[3]'"),
        ({"a": "x${b}", "b": {}}, "'b' is no text and no number"),
        ({"a": "x${b}", "b": "???"}, "'b' is no text and no number"),
        ({"a": {"b": "${a}"}}, "a.b: its ${...} cannot be filled in: it leads back to itself"),
        ({"a": "$", "b": "${a}{oc.env:HOME}"}, "it would be a reference again"),
        ({"a": "${oc.env:HOME}"}, "is no plain reference"),
        ({"a": "x" * (LARGEST + 1), "b": "${a}"}, "references amount to too much"),
    ],
)
def test_a_reference_that_cannot_be_filled_in(content, words):
    with pytest.raises(DanglingReferenceError) as error:
        filled(content)
    assert words in str(error.value)


def test_a_long_chain_is_refused_and_no_crash():
    chain = {f"a{n}": f"${{a{n + 1}}}" for n in range(5000)} | {"a5000": 1}
    with pytest.raises(DanglingReferenceError, match="references follow each other too long"):
        filled(chain)


def test_what_is_no_plain_reference_is_found_wherever_it_stands():
    assert foreign("${a.b-c[0].d}, ${.x} and ${ y }") is None
    assert foreign("a $b {c} $") is None
    assert foreign("x ${a:b}") == "${a:b}"
    assert foreign(r"\${a}") == r"\${a}"
    assert foreign("${a} " * MOST_REFERENCES) is None
    assert foreign("${a} " * (MOST_REFERENCES + 1)) == "${a} "
    assert foreign("${" + "a." * 100 + "a}")
    assert foreign(3) is None
