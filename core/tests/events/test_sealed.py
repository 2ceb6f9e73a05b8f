"""Sealed events refuse every way in which Python and its libraries look at a thing."""

import copy
import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

import vierbein
from vierbein.errors.blinding import SealedError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.events.sealed import Sealed, disclosed


def sealed(num: int) -> Sealed:
    return Sealed(
        EventBatch(FeatureSchema(), torch.ones(num, 4), torch.ones(num, 0), torch.arange(num + 1))
    )


@pytest.mark.parametrize(
    "look",
    [
        len,
        bool,
        list,
        hash,
        float,
        int,
        math.floor,
        np.asarray,
        torch.as_tensor,
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        lambda s: s.p4,
        lambda s: s.num_events,
        lambda s: s[0],
        lambda s: 1 in s,
        lambda s: s == s,  # noqa: PLR0124
        lambda s: s != 1,
        lambda s: setattr(s, "p4", 1),
        lambda s: hasattr(s, "truth"),
        lambda s: torch.save(s, Path("never")),
    ],
)
def test_it_cannot_be_looked_at(look, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((SealedError, TypeError)) as refusal:
        look(sealed(7))
    assert "7" not in str(refusal.value)


def test_it_shows_the_same_whatever_it_holds():
    few, many = sealed(1), sealed(1000)
    assert repr(few) == str(many) == f"{few}" == "Sealed()"
    assert few.__sizeof__() == many.__sizeof__()
    for shown in (vars, json.dumps, sorted):
        with pytest.raises((SealedError, TypeError)):
            shown(many)


def test_only_what_encrypts_it_takes_the_events_out():
    assert len(disclosed(sealed(7))) == 7
    sources = Path(vierbein.__file__).parent.rglob("*.py")
    users = {file.name for file in sources if "disclosed" in file.read_text()}
    assert users == {"sealed.py", "box.py"}


def test_the_refusal_says_what_to_do():
    with pytest.raises(SealedError) as refusal:
        len(sealed(1))
    said = str(refusal.value).splitlines()
    assert len(said) == 3
    assert "vierbein unblind" in said[2]
