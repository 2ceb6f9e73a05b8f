"""Bundles: a run's scores come back to the last bit, and what was tampered with is refused."""

import base64
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pyarrow.parquet as pq
import pytest
import torch

from vierbein.cli.main import main
from vierbein.errors.bundles import (
    BundleChangedError,
    BundleNameError,
    OtherBaseError,
    UnsafeBundleError,
)
from vierbein.errors.plugins import ClashError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.bundles import Wish, pack
from vierbein.experiment.run import configure
from vierbein.storage.bundle import Bundle

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
tamperings = importlib.import_module("tamperings")
sys.path.remove(str(ROOT / "benchmarks"))

RUN = (
    "compare.sizes=[60]",
    "compare.seeds=1",
    "compare.steps=20",
    "pretrain.steps=40",
    "tuner=lora",
)


def cli(words):
    return main(words.split())


@pytest.fixture(scope="session")
def shop():
    with tamperings.workshop() as made:
        yield made


@pytest.fixture
def shelf(folder, monkeypatch):
    """The folder of installed bundles."""
    monkeypatch.setenv("VIERBEIN_ADAPTERS", str(folder / "shelf"))
    return folder / "shelf"


@pytest.fixture
def packed(folder, toy_run, shelf, tmp_path_factory):
    """A run of a few seconds and its bundle: made once, copied for each test."""
    made = tmp_path_factory.getbasetemp() / "packed"
    if made.exists():
        shutil.copytree(made, folder, dirs_exist_ok=True)
    else:
        toy_run(*RUN, "compare.arms=[zero_shot,fine_tuned]")
        assert cli("adapter pack runs/toy -o toy.vbn --name toy_there --arm fine_tuned") == 0
        shutil.copytree(folder, made)
    return Path("toy.vbn")


@pytest.mark.parametrize("tampering", tamperings.TAMPERINGS, ids=lambda tampering: tampering.name)
def test_what_was_tampered_with_is_refused_for_its_reason(tampering, shop, monkeypatch):
    monkeypatch.setenv("VIERBEIN_ADAPTERS", str(shop.folder / "shelf"))
    said = tamperings.refused(tampering, shop).rstrip().splitlines()
    assert [line.startswith("  ") for line in said] == [False, True, True]  # asked, there, to do
    assert not (shop.folder / "shelf").exists()
    assert not (shop.folder / "scores.parquet").exists()


def test_the_untampered_bundle_is_good(shop):
    assert main(shop.verify(shop.bundle.to_bytes())) == 0
    assert main(shop.asking(shop.signed("mine").to_bytes())) == 0
    assert main(shop.asking(shop.signed("mine").to_bytes(), "--signer", "me@lab")) == 0
    assert len({tampering.name for tampering in tamperings.TAMPERINGS}) >= 20


def test_a_run_and_its_bundles_give_the_same_scores_to_the_last_bit(
    packed, toy_file, command_environment
):
    toy_file("new.parquet", 300, seed=5)
    base = "runs/toy/pretrain/base"
    assert cli("adapter pack runs/toy -o diff.vbn --arm fine_tuned --difference") == 0
    assert cli("adapter install toy.vbn") == 0
    fine_tuned = {}
    for name, words in {
        "whole": "toy.vbn",
        "difference": f"diff.vbn --base {base}",
        "installed": "toy_there",
    }.items():
        assert main(["predict", *words.split(), "new.parquet", "-o", f"{name}.parquet"]) == 0
        fine_tuned[name] = Path(f"{name}.parquet").read_bytes()
    assert len(set(fine_tuned.values())) == 1
    assert len(Path("diff.vbn").read_bytes()) < len(packed.read_bytes())

    assert cli("predict runs/toy new.parquet -o run.parquet") == 0
    assert cli("adapter pack runs/toy -o best.vbn") == 0  # what the run recommends
    words = ("predict", "best.vbn", "new.parquet", "-o", "best.parquet")
    done = subprocess.run(
        [sys.executable, "-m", "vierbein", *words],
        env={**command_environment, "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert Path("best.parquet").read_bytes() == Path("run.parquet").read_bytes()


def test_the_same_run_gives_the_same_bytes_and_only_data(packed, capsys):
    assert pack(Path("runs/toy"), Wish("toy_there", arm="fine_tuned")).to_bytes() == (
        packed.read_bytes()
    )
    with zipfile.ZipFile(packed) as archive:
        names = archive.namelist()
        texts = {name: archive.read(name).decode() for name in names if name.endswith(".json")}
    assert {Path(name).suffix for name in names} == {".json", ".safetensors", ".md"}
    assert not any("_target_" in text or "${" in text for text in texts.values())
    card = json.loads(texts["card.json"])
    assert (card["domain"], card["arm"]) == ("there", "fine_tuned")
    assert card["training"]["size"] == 60
    assert card["figures"][0]["name"] == "AUC"
    assert card["overlap"]["common_files"] == []
    capsys.readouterr()
    assert cli("adapter inspect toy.vbn") == 0
    assert "Labelled events: 60 of 4000" in capsys.readouterr().out


def test_a_run_uses_a_bundles_adapter_by_path_and_by_name(packed, toy_run):
    assert cli("adapter install toy.vbn") == 0
    by_class = Assembly(configure("toy", RUN)).targets["there"]
    for word in ("toy.vbn", "./toy.vbn", str(packed.resolve()), "toy_there"):
        configuration = configure("toy", [*RUN, f"adapter={word}"])
        assert configuration["adapter"]["sha256"] == Bundle.read(packed).sha256
        domain = Assembly(configuration).targets["there"]
        assert domain.identity == by_class.identity
        assert domain.adapter.stand_ins == by_class.adapter.stand_ins
    toy_run(*RUN, "compare.arms=[fine_tuned]", "adapter=toy_there", "run_folder=runs/again")
    ours, theirs = (json.loads(Path(f"runs/{n}/report.json").read_text()) for n in ("toy", "again"))
    assert (
        ours["comparison"]["there"]["sizes"]["60"]["arms"]["fine_tuned"]["metric"]
        == (theirs["comparison"]["there"]["sizes"]["60"]["arms"]["fine_tuned"]["metric"])
    )


def test_the_tuned_projection_starts_a_run_only_where_asked_for_and_on_its_base(packed):
    bundle = Bundle.read(packed)
    moved = {
        name: t + name.startswith("projection.linear") for name, t in bundle.parameters.items()
    }
    documents = {f"{part}.json": getattr(bundle, part) for part in ("adapter", "card", "network")}
    Path("moved.vbn").write_bytes(Bundle.make(documents, moved, "").to_bytes())

    def projection(*overrides):
        words = [*RUN, "adapter=moved.vbn", "base=runs/toy/pretrain/base", *overrides]
        assembly = Assembly(configure("toy", words))
        network, _ = assembly.from_base(assembly.targets["there"], None, seed=0)
        return network.projection.linear.weight

    assert torch.equal(projection(), torch.eye(3))
    assert torch.equal(projection("adapter.projection=tuned"), moved["projection.linear.weight"])
    network = {**bundle.network, "base": {"name": "other", "sha256": "0" * 64}}
    forged = Bundle.make({**documents, "network.json": network}, moved, "")
    Path("moved.vbn").write_bytes(forged.to_bytes())
    with pytest.raises(OtherBaseError, match="it was made on a base"):
        projection("adapter.projection=tuned")


def test_another_bundle_under_an_old_name_is_noticed(packed):
    configuration = configure("toy", [*RUN, "adapter=toy.vbn"])
    bundle = Bundle.read(packed)
    documents = {f"{part}.json": getattr(bundle, part) for part in ("adapter", "card", "network")}
    Path("toy.vbn").write_bytes(Bundle.make(documents, bundle.parameters, "other").to_bytes())
    with pytest.raises(Exception, match="another bundle stands there") as caught:
        _ = Assembly(configuration).targets
    assert isinstance(caught.value.__cause__, BundleChangedError)


def test_names_are_taken_once(packed, shelf, capsys):
    assert cli("adapter install toy.vbn") == 0
    assert cli("adapter install toy.vbn") == 0  # the same bytes
    bundle = Bundle.read(packed)
    Path("other.vbn").write_bytes(
        replace(bundle, files={**bundle.files, "README.md": b""}).to_bytes()
    )
    assert cli("adapter install other.vbn") == 2
    assert "another bundle is installed under it" in capsys.readouterr().err
    assert (shelf / "toy_there.vbn").read_bytes() == packed.read_bytes()
    assert cli("adapter install other.vbn --replace") == 0
    assert cli("adapter list") == 0
    assert "toy_there  there  fine_tuned" in capsys.readouterr().out
    (shelf / "toy_there.vbn").rename(shelf / "toy_detector.vbn")
    with pytest.raises(ClashError, match="an installed bundle"):
        configure("toy", RUN)
    (shelf / "toy_detector.vbn").write_bytes(b"damaged")
    assert cli("adapter list") == 0
    assert "is no bundle" in capsys.readouterr().out


def test_what_cannot_be_packed_is_said(packed, toy_run, capsys):
    for words, said in (
        ("runs/toy -o toy.zip", "a bundle's file ends in .vbn"),
        ("runs/toy -o toy.vbn --name Ätsch", "it could not be typed"),
        ("runs/toy -o toy.vbn --arm best", "Choices: fine_tuned, zero_shot, twin_equal_steps"),
        ("runs/toy -o toy.vbn --arm twin_equal_steps", "needs what stage 'adapt' makes"),
        ("runs/toy -o toy.vbn --domain ther", "Did you mean there"),
        ("runs/toi -o toy.vbn", "Did you mean runs/toy"),
        ("runs/toy -o toy.vbn --sign nokey", "ssh-keygen cannot do it"),
        ("runs/toy -o toy.vbn --citation ${oc.env:HOME}", "has '${' in 'citation'"),
    ):
        assert main(["adapter", "pack", *words.split()]) == 2, words
        assert said in capsys.readouterr().err
    with pytest.raises(UnsafeBundleError):
        pack(Path("runs/toy"), Wish(licence="${a}"))
    with pytest.raises(BundleNameError):
        pack(Path("runs/toy"), Wish(name="../toy"))


def test_a_packaged_bundle_is_chosen_by_name_as_any_plugin(packed, toy_file, monkeypatch, capsys):
    assert cli("adapter package toy.vbn -o dist") == 0
    folder = Path("dist/vierbein-adapter-toy-there")
    assert f"pip install ./{folder}" in capsys.readouterr().out
    build = "from flit_core.buildapi import build_wheel; build_wheel('.')"
    subprocess.run([sys.executable, "-c", build], cwd=folder, check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:  # as pip does with a wheel of Python alone
        archive.extractall("site")
    toy_file("new.parquet", 50, seed=5)
    monkeypatch.syspath_prepend(str(Path("site").resolve()))
    chosen = configure("toy", [*RUN, "adapter=toy_there"])["adapter"]
    assert chosen == {"_component_": "adapter/vierbein-adapter-toy-there/toy_there"}
    assert Assembly(configure("toy", [*RUN, "adapter=toy_there"])).targets["there"].name == "there"
    assert cli("predict toy_there new.parquet -o theirs.parquet") == 0
    assert cli("predict toy.vbn new.parquet -o ours.parquet") == 0
    assert Path("ours.parquet").read_bytes() == Path("theirs.parquet").read_bytes()
    assert cli("adapter package toy.vbn -o dist") == 2
    assert "is there already" in capsys.readouterr().err


def test_two_bundles_are_told_apart(packed, capsys):
    assert cli("adapter pack runs/toy -o zero.vbn --arm zero_shot") == 0
    capsys.readouterr()
    assert cli("adapter diff toy.vbn zero.vbn --json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["card.json"]["arm"] == ["fine_tuned", "zero_shot"]
    assert said["adapter.json"] == {}
    assert "backbone.inner.0.weight" in said["parameters"]
    assert cli("adapter diff toy.vbn toy.vbn") == 0
    assert capsys.readouterr().out == "The bundles do not differ.\n"


def test_the_commands_of_the_page_work_in_their_order(packed, toy_file):
    page = (ROOT / "docs" / "how-to" / "publish_an_adapter.md").read_text()
    fenced = re.findall(r"^```(.*?)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    lines = [line for words, block in fenced if not words for line in block.splitlines()]
    shutil.copytree("runs/toy", "runs/mine")
    toy_file("new.parquet", 50, seed=5)
    tried = 0
    for line in lines:
        words = shlex.split(line)
        if words[0] != "vierbein":
            subprocess.run(["bash", "-c", line], check=True)
        elif words[1] != "run":  # those compose in test_docs.py
            assert main(words[1:]) == 0, line
            tried += 1
    assert tried > 7
    assert len(pq.read_table("scores.parquet")) == 50
    assert Path("dist/vierbein-adapter-mydetector/pyproject.toml").is_file()


class Hub(BaseHTTPRequestHandler):
    """As much of a model hub as an upload needs; it keeps what it was given."""

    files: ClassVar[dict[str, bytes]] = {}

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = {"url": f"http://{self.headers['Host']}/lab/x"}
        if "/preupload/" in self.path:
            names = [file["path"] for file in json.loads(body)["files"]]
            said = {
                "files": [
                    {"path": n, "uploadMode": "regular", "shouldIgnore": False} for n in names
                ]
            }
        elif "/commit/" in self.path:
            lines = [json.loads(line) for line in body.splitlines()]
            for line in lines[1:]:
                self.files[line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            said = {"commitUrl": f"{said['url']}/commit/0", "commitOid": "0", "success": True}
        self.answer(said)

    def do_GET(self):
        self.answer({"id": "lab/x", "sha": "0", "siblings": []})

    def answer(self, said):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *words):
        pass


def test_a_bundle_is_pushed_to_a_folder(packed):
    assert cli("adapter push toy.vbn --to shared/bundles") == 0
    assert Path("shared/bundles/toy_there.vbn").read_bytes() == packed.read_bytes()
    assert Path("shared/bundles/README.md").read_text().startswith("# toy_there")


def test_a_bundle_is_pushed_to_a_hub(shop):
    pytest.importorskip("huggingface_hub", reason="vierbein[hub] is not installed")
    (shop.folder / "good.vbn").write_bytes(shop.bundle.to_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=server.serve_forever, daemon=True).start()
    words = ("adapter", "push", shop.path("good.vbn"), "--to", "hub:lab/x")
    environment = {**os.environ, "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}"}
    environment |= {"HF_TOKEN": "hf_none", "HF_HOME": str(shop.folder), "HF_HUB_DISABLE_XET": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "vierbein", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    server.shutdown()
    server.server_close()
    assert done.returncode == 0, done.stderr
    assert Hub.files["mydetector.vbn"] == shop.bundle.to_bytes()
    assert Hub.files["README.md"] == b"# mydetector\n"


def test_without_the_extra_the_hub_is_refused(shop, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    (shop.folder / "good.vbn").write_bytes(shop.bundle.to_bytes())
    assert main(["adapter", "push", shop.path("good.vbn"), "--to", "hub:lab/x"]) == 2
    assert "pip install 'vierbein[hub]'" in capsys.readouterr().err
