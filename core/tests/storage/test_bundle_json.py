"""JSON from strangers is plain data, or refused."""

import json

import pytest

from vierbein.errors.bundles import BundleContentError, UnsafeBundleError
from vierbein.storage.bundle_json import dump, parse


def test_plain_data_come_back_in_their_own_order():
    data = {"z": [1, 2.5, None, True, "$x$ {y}"], "a": {"b_c": "d", "": ""}}
    again = parse(dump(data), "x.vbn", "card.json")
    assert again == data
    assert list(again) == ["z", "a"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": {"_target_": 1}}', "a._target_"),
        ('{"a": [0, {"_b": 1}]}', "a.1._b"),
        ('{"a": ["${b}"]}', "in 'a.0'"),
        ('{"a": "x$\\u007bb}"}', "in 'a'"),
        ('{"${a}": 1}', "in '${a}'"),
        ('{"a": -Infinity}', "-Infinity"),
        ('{"a": [1e400]}', "in 'a.0'"),
        ('{"a": 1, "a": 2}', "a key twice"),
    ],
)
def test_what_a_configuration_system_would_obey_is_refused(text, words):
    with pytest.raises(UnsafeBundleError) as caught:
        parse(text.encode(), "x.vbn", "card.json")
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["[1]", "1", "", "{", '{"a": 1} 2', '{"a":' * 5000, "\ud800"])
def test_what_is_no_mapping_is_refused(text):
    with pytest.raises(BundleContentError):
        parse(text.encode("utf-8", "surrogatepass"), "x.vbn", "card.json")


def test_dump_writes_no_number_that_parse_refuses():
    with pytest.raises(ValueError, match="JSON compliant"):
        dump({"a": float("nan")})
    assert json.loads(dump({"a": 1})) == {"a": 1}
