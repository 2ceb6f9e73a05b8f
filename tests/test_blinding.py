"""What a run makes and says does not depend on what is sealed; unblinding is one recorded act.

`benchmarks/blinding.py` is the long form of the first part.
"""

import importlib
import json
import shutil
import sys
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow.parquet as pq
import pytest

from vierbein.cli.main import main
from vierbein.errors.blinding import (
    DamagedSealError,
    KeyFileError,
    NotFrozenError,
    NotReadyError,
    NotSealedError,
    StillSealedError,
    TamperedLogError,
    WrongKeyError,
)
from vierbein.errors.plugins import OtherEnvironmentError
from vierbein.experiment.bundles import pack
from vierbein.experiment.identity import configuration_sha256
from vierbein.experiment.run import run
from vierbein.experiment.signal_region import SignalRegion
from vierbein.experiment.unblind import unblind
from vierbein.storage.act_log import LOG, ActLog
from vierbein.storage.atomic import write_json
from vierbein.storage.custodian import new_key
from vierbein.storage.event_cache import open_table

TOY = Path(__file__).parent / "toy"
sys.path.insert(0, str(TOY))
sealed_worlds = importlib.import_module("vierbein_toy.sealed_worlds")
LEAKS = importlib.import_module("vierbein_toy.leaks").LEAKS
sys.path.remove(str(TOY))
RUN, KEY = Path("runs/sealed"), Path("custodian.key")
SEED = 2


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_drawn():
    with patch("vierbein.experiment.report.draw.svg", return_value=b""):
        yield


@pytest.fixture(scope="module")
def clean(toy, tmp_path_factory):
    return sealed_worlds.made(tmp_path_factory.mktemp("clean") / "base", SEED, "base")


@pytest.mark.parametrize("world", ["content", "count"])
def test_all_artefacts_are_equal_when_what_is_sealed_is_swapped(clean, tmp_path, world):
    made = sealed_worlds.made(tmp_path / "run", SEED, world)
    assert sealed_worlds.differing(clean, made) == []
    assert {"runs/sealed/report.json", "runs/sealed/question/blinding.json"} < set(made)


def test_all_artefacts_are_equal_when_sealed_records_cannot_be_read(toy, tmp_path):
    setting = "bad_records=set_aside"
    base, other = (
        sealed_worlds.made(tmp_path / world, SEED, world, setting)
        for world in ("base", "unreadable")
    )
    assert sealed_worlds.differing(base, other) == []
    assert "runs/sealed/report.json" in other


def test_the_worlds_do_differ(toy):
    base, content, count = (
        sealed_worlds.records(SEED, world) for world in ("base", "content", "count")
    )
    changed = base["process"] != content["process"]
    assert changed.sum() > 50
    assert len(count["process"]) == len(changed) - (changed.sum() + 1) // 2
    assert np.abs(content["x"].values).max() > 2 * np.abs(base["x"].values).max()


@pytest.fixture(scope="module")
def base_of_all(toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("base") / "lab"
    with sealed_worlds.inhabited(folder, SEED, "base"):
        run("sealed", ["stages=[pretrain]"], is_quiet=True)
    return folder / "runs" / "sealed" / "pretrain" / "base"


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_a_planted_leak_is_noticed_by_a_swap(toy, tmp_path, base_of_all, leak):
    def made(world):
        short = (
            f"base={base_of_all}",
            "compare.arms=[fine_tuned,twin_equal_steps]",
            "safeguard=[blinding]",
        )
        return sealed_worlds.made(tmp_path / world, SEED, world, *short, leak=leak.plant)

    base = made("base")
    assert "runs/sealed/report.json" in base
    assert any(sealed_worlds.differing(base, made(world)) for world in ("count", "content"))


@pytest.fixture(scope="module")
def finished(toy, tmp_path_factory):
    """Give the folder of a finished sealed run, with the key that opens it."""
    folder = tmp_path_factory.mktemp("finished")
    public = new_key(folder / KEY)
    with sealed_worlds.inhabited(folder / "lab", SEED, "base", public):
        run("sealed", is_quiet=True)
    (folder / KEY).rename(folder / "lab" / KEY)
    return folder / "lab"


@pytest.fixture
def lab(finished, tmp_path, monkeypatch):
    shutil.copytree(finished, tmp_path / "lab")
    monkeypatch.chdir(tmp_path / "lab")
    return tmp_path / "lab"


def frozen():
    return json.loads((RUN / "report.json").read_text())["configuration_sha256"]


def acts():
    return [line["act"] for line in ActLog(RUN / LOG).read()]


def refused(error, **changed):
    """Try to unblind; give the words of the refusal, after which nothing can be read."""
    given = {"key": KEY, "frozen": frozen(), **changed}
    with pytest.raises(error) as refusal:
        unblind(RUN, given["key"], given["frozen"])
    assert not (RUN / "unblinded").exists()
    assert len(str(refusal.value).splitlines()) >= 3
    return str(refusal.value)


def test_unblinding_gives_the_sealed_events_their_scores_and_one_line_in_the_log(lab, capsys):
    assert acts() == ["declared", "sealed", "frozen", "questioned"]
    assert main(["unblind", str(RUN), "--key", str(KEY), "--frozen", frozen()]) == 0
    told = capsys.readouterr().out
    records = sealed_worlds.records(SEED, "base")
    expected = records["number"][
        records["process"] != sealed_worlds.records(SEED, "content")["process"]
    ]
    assert f"there: {len(expected)} events of the signal region" in told
    assert "had unblinded before: 0" in told
    folder = RUN / "unblinded" / "there"
    result = json.loads((folder / "result.json").read_text())
    assert result["event_ids"] == expected.tolist()
    assert result["commitment"]["dataset"]["files"][0]["name"] == "events.parquet"
    events, scores = open_table(folder / "events"), np.load(folder / "scores.npy")
    assert events.ids.tolist() == expected.tolist()
    assert scores.shape == (len(expected), 2)
    (line,) = ActLog(RUN / LOG).of("unblinded")
    assert line["configuration_sha256"] == frozen()
    assert line["who"]
    assert line["commitments"] == {"there": result["commitment"]["sha256"]}
    own = ActLog(Path("custodian.key.log.jsonl")).read()
    assert [each["line"] for each in own] == [line["hash"]]


def test_predictions_leave_the_signal_region_out_until_it_is_unblinded(lab, capsys):
    words = ["predict", str(RUN), sealed_worlds.EVENTS, "-o"]
    assert main([*words, "before.parquet"]) == 0
    told = capsys.readouterr().out
    unblind(RUN, KEY, frozen())
    assert main([*words, "after.parquet"]) == 0
    before, after = (pq.read_table(f"{name}.parquet").to_pydict() for name in ("before", "after"))
    result = json.loads((RUN / "unblinded" / "there" / "result.json").read_text())
    assert set(before["event_id"]) == set(after["event_id"]) - set(result["event_ids"])
    assert told == f"{len(before['event_id'])} events scored: before.parquet\n"
    scored = dict(zip(after["event_id"], after["score_p_top"], strict=True))
    saved = np.load(RUN / "unblinded" / "there" / "scores.npy")[:, 1]
    assert [scored[number] for number in result["event_ids"]] == pytest.approx(saved, abs=1e-6)
    open_scores = dict(zip(before["event_id"], before["score_p_top"], strict=True))
    assert all(open_scores[n] == pytest.approx(scored[n], abs=1e-6) for n in open_scores)


def test_a_sealed_run_is_not_packed(lab):
    with pytest.raises(StillSealedError, match="packing its network is not possible"):
        pack(RUN)
    unblind(RUN, KEY, frozen())
    assert pack(RUN).card["domain"] == "there"


def test_unblinding_twice_gives_the_same_and_is_recorded_twice(lab):
    first = unblind(RUN, KEY, frozen())
    assert unblind(RUN, KEY, frozen()[:12]) == first
    assert acts()[-2:] == ["unblinded", "unblinded"]


def test_a_sealed_run_goes_on_without_its_file_and_records_nothing_twice(lab):
    report = (RUN / "report.json").read_bytes()
    Path(sealed_worlds.EVENTS).unlink()
    shutil.rmtree(RUN / "adapt")
    run("sealed", is_quiet=True)
    assert (RUN / "report.json").read_bytes() == report
    assert acts() == ["declared", "sealed", "frozen", "questioned"]
    assert "data" not in json.loads((RUN / "timings.json").read_text())["seconds"]


def test_the_key_counts_the_runs_that_it_has_unblinded(lab):
    own = ActLog(Path("custodian.key.log.jsonl"))
    own.append("unblinded", {"declared": "of another run"})
    assert unblind(RUN, KEY, frozen()).before == 1
    assert unblind(RUN, KEY, frozen()).before == 1


def test_another_key_is_refused(lab):
    new_key(Path("other.key"))
    assert "not the key that this run was sealed for" in refused(
        WrongKeyError, key=Path("other.key")
    )


def test_a_key_that_others_read_or_that_lies_in_the_run_is_refused(lab):
    KEY.chmod(0o644)
    assert "chmod 600" in refused(KeyFileError)
    KEY.chmod(0o600)
    KEY.rename(RUN / KEY)
    assert "lies in the folder of the run" in refused(KeyFileError, key=RUN / KEY)


@pytest.mark.parametrize("named", ["", "0" * 64, "short"])
def test_another_configuration_is_refused(lab, named):
    assert "not the frozen one" in refused(NotFrozenError, frozen=named or frozen()[:11])


def test_a_configuration_that_was_edited_is_refused(lab):
    configuration = json.loads((RUN / "configuration.json").read_text())
    configuration["seal"]["cuts"]["there"] = "toy_product > 100"
    write_json(RUN / "configuration.json", configuration)
    refused(NotFrozenError)
    refused(NotFrozenError, frozen=configuration_sha256(configuration))


def test_another_environment_is_refused(lab, monkeypatch):
    monkeypatch.setattr("vierbein.registry.lock.versions", lambda *_: {"torch": "1.0"})
    assert "torch" in refused(OtherEnvironmentError)


def test_another_lock_is_refused(lab, monkeypatch):
    monkeypatch.setattr("vierbein.experiment.unblind.require", lambda *_: None)
    lock = RUN / "seal" / "vierbein.lock"
    lock.write_text(lock.read_text() + " ")
    assert "seal/vierbein.lock was changed" in refused(NotReadyError)


@pytest.mark.parametrize(
    "file",
    [
        "seal/there.box",
        "data/there/features",
        "compare/comparison.json",
        "adapt/there/fine_tuned-full/n40-seed0/parameters.safetensors",
        "question/ood.json",
    ],
)
def test_anything_that_changed_since_it_was_frozen_is_refused(lab, file):
    data = bytearray((RUN / file).read_bytes())
    data[len(data) // 2] ^= 1
    (RUN / file).write_bytes(data)
    assert f"{file} was changed" in refused(NotReadyError)
    (RUN / file).unlink()
    assert f"{file} is missing" in refused(NotReadyError)


@pytest.mark.parametrize("take", [slice(-1), slice(1, None), slice(None, None, -1), slice(0)])
def test_a_log_with_lines_taken_out_or_moved_is_refused(lab, take):
    lines = (RUN / LOG).read_text().splitlines(keepends=True)
    (RUN / LOG).write_text("".join(lines[take]))
    refused(TamperedLogError)


def test_a_log_that_forgets_an_unblinding_is_refused(lab):
    before = {path: path.read_bytes() for path in (RUN / "seal").glob("log.*")}
    unblind(RUN, KEY, frozen())
    shutil.rmtree(RUN / "unblinded")
    for path, data in before.items():  # as it once was, and so in itself without fault
        path.write_bytes(data)
    assert "custodian.key.log.jsonl knows an unblinding that it lacks" in refused(TamperedLogError)


def test_a_seal_that_was_changed_before_it_was_recorded_is_refused(lab, monkeypatch):
    monkeypatch.setattr("vierbein.experiment.unblind.faults", lambda *_: [])
    box = RUN / "seal" / "there.box"
    data = bytearray(box.read_bytes())
    data[-1] ^= 1
    box.write_bytes(data)
    refused(DamagedSealError)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["safeguard=[]"], "no safeguard was chosen"),
        (["stages=[pretrain,adapt,compare]"], "safeguard blinding was not asked"),
    ],
)
def test_a_run_that_was_not_questioned_is_refused(lab, settings, words):
    where = Path("runs/unquestioned")
    run("sealed", [f"run_folder={where}", *settings], is_quiet=True)
    configuration = json.loads((where / "configuration.json").read_text())
    with pytest.raises(NotReadyError, match=words):
        unblind(where, KEY, configuration_sha256(configuration))


def test_a_run_without_a_seal_has_nothing_to_unblind(lab):
    configuration = json.loads((RUN / "configuration.json").read_text())
    configuration["seal"]["cuts"] = {}
    write_json(RUN / "configuration.json", configuration)
    refused(NotSealedError)


def test_an_open_event_inside_the_signal_region_fails_and_is_not_unblinded(toy, tmp_path):
    narrow = SignalRegion.part

    def careless(region, events):
        few = narrow(region, events)
        return few._replace(open=events)

    with (
        sealed_worlds.inhabited(tmp_path / "lab", SEED, "base"),
        patch.object(SignalRegion, "part", careless),
    ):
        result = run("sealed", is_quiet=True)
        assert result.exit_status == 3
        with pytest.raises(NotReadyError, match="safeguard blinding failed"):
            unblind(RUN, KEY, frozen())
        assert not (RUN / "unblinded").exists()
    (verdict,) = [v for v in result.report["verdicts"] if v["safeguard"] == "blinding"]
    assert verdict["answer"] == "fail"
    assert "open events of there lie in its signal region" in verdict["sentence"]


def test_a_custodian_is_made_on_the_command_line(folder, capsys, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda _: "seven words")
    assert main(["custodian", "c.key", "--passphrase"]) == 0
    told = capsys.readouterr().out
    assert f"seal.custodian={json.loads(Path('c.key').read_text())['public']}" in told
    assert Path("c.key").stat().st_mode & 0o077 == 0
    assert main(["custodian", "c.key"]) == 2


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["seal.cuts={there: toy_product > 1}"], "seal.custodian is ''"),
        ([f"seal.custodian={'0' * 64}", "seal.cuts={elsewhere: toy_product > 1}"], "seal.cuts"),
        ([f"seal.custodian={'0' * 64}", "seal.cuts={there: product > 1}"], "toy_product"),
        (["seal.megabytes=0"], "seal.megabytes is 0"),
    ],
)
def test_a_seal_that_makes_no_sense_is_refused_before_anything_is_read(
    folder, capsys, overrides, words
):
    words_of_run = [o.replace("toy_product > 1", "'toy_product > 1'") for o in overrides]
    words_of_run = [o.replace(" product > 1", " 'product > 1'") for o in words_of_run]
    assert main(["run", "experiment=toy", *words_of_run]) == 2
    assert words in capsys.readouterr().err
    assert not list(Path("runs").glob("*/data"))
