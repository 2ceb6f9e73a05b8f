import json

import pytest

from vierbein.errors.features import UnknownFeatureError
from vierbein.events.schema import Feature, FeatureSchema, Role

SCHEMA = FeatureSchema(
    (Feature("charge", "e", "electric charge", Role.SCALAR), Feature("d0", "cm")),
    (Feature("px", "GeV", "missing momentum", Role.VECTOR),),
)


def test_json_round_trip() -> None:
    assert FeatureSchema.from_json(json.loads(json.dumps(SCHEMA.to_json()))) == SCHEMA


def test_names_keep_their_order() -> None:
    assert SCHEMA.names == ("charge", "d0")
    assert SCHEMA.event_names == ("px",)


def test_a_feature_is_found_by_name_at_either_level() -> None:
    assert SCHEMA["d0"].unit == "cm"
    assert SCHEMA["px"].role is Role.VECTOR


def test_an_unknown_name_is_refused_with_a_close_match() -> None:
    with pytest.raises(UnknownFeatureError, match=r"no feature .chrge.\. Did you mean charge"):
        SCHEMA["chrge"]


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="spinor"):
        FeatureSchema.from_json({"features": [{"name": "x", "role": "spinor"}]})
