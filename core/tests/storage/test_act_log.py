"""No byte of the log can be changed, moved, added or taken out unnoticed."""

import json

import numpy as np
import pytest

from vierbein.errors.blinding import TamperedLogError
from vierbein.storage.act_log import ActLog


@pytest.fixture
def log(tmp_path):
    made = ActLog(tmp_path / "seal" / "log.jsonl")
    for number, act in enumerate(("declared", "sealed", "frozen", "unblinded")):
        made.append(act, {"files": {"a": f"{number}"}})
    return made


def test_it_says_who_did_what_when(log):
    acts = log.read()
    assert [line["act"] for line in acts] == ["declared", "sealed", "frozen", "unblinded"]
    assert all(line["who"] and line["when"].endswith("+00:00") for line in acts)
    assert [line["number"] for line in log.of("frozen")] == [2]
    assert ActLog(log.path.with_name("none")).read() == []


def test_every_changed_byte_is_noticed(log):
    whole, rng = log.path.read_bytes(), np.random.default_rng(0)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(rng.integers(0, 7))
        log.path.write_bytes(changed)
        with pytest.raises(TamperedLogError, match=r"log\.jsonl"):
            log.read()


@pytest.mark.parametrize("file", ["log.jsonl", "log.head.json"])
def test_it_does_not_do_without_log_or_head(log, file):
    (log.path.parent / file).unlink()
    with pytest.raises(TamperedLogError):
        log.read()
    with pytest.raises(TamperedLogError):
        log.append("more", {})


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[:-2],
        lambda lines: lines[1:],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:2], lines[1], *lines[2:]],
        lambda lines: [],
        lambda lines: ["[]", *lines[1:]],
        lambda lines: [*lines[:-1], lines[-1].replace('"act"', ' "act"')],
        lambda lines: [*lines[:-1], lines[-1].replace('"number": 3', '"number": NaN')],
    ],
)
def test_lines_are_not_taken_out_moved_repeated_or_rewritten(log, change):
    lines = change(log.path.read_text().splitlines())
    log.path.write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(TamperedLogError) as refusal:
        log.read()
    assert len(str(refusal.value).splitlines()) == 3


def test_a_changed_act_whose_own_hash_was_mended_is_noticed(log):
    from vierbein.storage.hashing import sha256_of_data

    lines = [json.loads(line) for line in log.path.read_text().splitlines()]
    lines[1]["act"] = "nothing"
    body = {key: value for key, value in lines[1].items() if key != "hash"}
    lines[1]["hash"] = sha256_of_data(body)
    log.path.write_text("".join(json.dumps(line, sort_keys=True) + "\n" for line in lines))
    with pytest.raises(TamperedLogError, match="line 3 does not fit"):
        log.read()


def test_a_process_killed_between_line_and_head_goes_on(log):
    head = log.path.with_suffix(".head.json")
    before = head.read_bytes()
    log.append("more", {})
    head.write_bytes(before)
    assert len(log.read()) == 5
    log.append("again", {})
    assert [line["act"] for line in log.read()][-2:] == ["more", "again"]
