"""Plain data, and the fingerprint of a configuration."""

import json

from vierbein.config.plain import fingerprint, plain


def test_plain_data_survive_json(composed):
    config = composed("experiment=quickstart").config
    assert json.loads(json.dumps(plain(config))) == plain(config)


def test_one_configuration_one_fingerprint(composed):
    first = composed("experiment=quickstart seed=3 tuner=lora")
    second = composed("experiment=quickstart tuner=[fake-lab/lora] seed=3 backbone.width=64")
    assert fingerprint(first.config) == fingerprint(second.config)
    assert fingerprint(first.config) == fingerprint(json.loads(json.dumps(plain(first.config))))
    assert fingerprint(first.config) != fingerprint(composed("experiment=quickstart").config)


def test_the_order_of_compressors_counts(composed):
    there, back = composed("compressor=[prune,quantise]"), composed("compressor=[quantise,prune]")
    assert fingerprint(there.config) != fingerprint(back.config)


def test_a_known_fingerprint():
    # printf '{"a":[1,2.5],"b":null}' | sha256sum
    known = "f66b2c50ccae61e3f2445d2439f42efc245581b18ed184ce5d3c22fb58eed9c4"
    assert fingerprint({"b": None, "a": (1, 2.5)}) == known
