"""A shared configuration is data: nothing is built or read that was not registered.

The table stands in hostile/configurations.yaml. Every case comes in by `vierbein config check` and
by one of the other doors here, in turn; benchmarks/hostile_configurations.py tries all of them.
"""

import random
import re
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent / "hostile"))

from vierbein_hostile.attempt import SECRET, Outcome, Place, command, doors, place, tried
from vierbein_hostile.cases import Case, cases

sys.path.pop(0)
TABLE = cases()
TURNS = [(case, number) for number, case in enumerate(TABLE)]


def held(case: Case, outcome: Outcome) -> None:
    assert outcome.status == 2, outcome.said
    assert not outcome.has_run
    assert not outcome.has_leaked
    assert case.says in outcome.said
    if case.line:
        assert f"evil.yaml:{case.line}" in outcome.said


def test_the_table_is_large_and_its_names_differ() -> None:
    assert len(TABLE) >= 40
    assert len({case.name for case in TABLE}) == len(TABLE)


@pytest.mark.parametrize(("case", "number"), TURNS, ids=[case.name for case in TABLE])
def test_it_is_refused(case: Case, number: int) -> None:
    ways = doors(case)
    check = ways.pop("config check", None)
    names = sorted(ways)
    first = tried(case, ways[names[number % len(names)]])
    held(case, first)
    if check is None:
        return
    second = tried(case, check)
    held(case, second)
    assert _words(first.said) == _words(second.said)  # the check says why, as the run does


def _words(said: str) -> str:
    """Leave out where the file is and what was typed."""
    said = re.sub(r"\S*/(?=evil|conf|outside)", "", said).removeprefix("vierbein: error: ")
    said = re.sub(r"b\d.yaml", "b.yaml", said)
    return "\n".join(x for x in said.splitlines() if "cannot be composed from" not in x)


def test_the_canary_sings_and_the_secret_shows_where_nothing_keeps_them() -> None:
    with place() as here:
        assert here.attempt([], lambda _: 0).has_run is False
        assert here.attempt([], lambda _: bool(__import__("vierbein_canary"))).has_run
        assert here.mark.exists()
    with place() as here:
        assert here.attempt([], lambda _: sys.stdout.write(SECRET)).has_leaked
        Path("runs").mkdir()
        Path("runs/x").write_text(f"a {SECRET} b")
        assert here.attempt([], lambda _: 0).has_leaked


HARMLESS = """\
# @package _global_
defaults:
  - /backbone@compare.smaller_twin: lab_net
  - override /backbone: mine
  - _self_
name: harmless
title: ${name} with ${training.batch_size}
run_folder: runs/${name}/${.seed}
training: {batch_size: "${compare.sizes[0]}"}
compare: {sizes: [10, 20], smaller_twin: {width: 2}}
"""


def test_a_harmless_one_comes_in_by_the_same_doors() -> None:
    with place() as here:
        Path("conf/backbone").mkdir()
        Path("conf/backbone/mine.yaml").write_text("defaults: [lab_net]\nwidth: 8\n")
        Path("conf/experiment/fine.yaml").write_text(HARMLESS)
        check = here.attempt(["config", "check", "conf/experiment/fine.yaml"], command)
        assert check.status == 0, check.said
        shown = here.attempt(["run", "experiment=fine", "--cfg"], command)
        assert shown.status == 0, shown.said
        assert '"title": "harmless with 10"' in shown.said
        assert '"run_folder": "runs/harmless/0"' in shown.said
        assert not shown.has_run  # the plugin was not imported either


def test_the_user_may_put_a_run_anywhere() -> None:
    with place() as here:
        words = ["run", "--cfg", f"run_folder={here.outside}/x", f"cache_folder={here.outside}/y"]
        assert here.attempt(words, command).status == 0


def test_a_base_of_a_package_that_is_no_plugin_is_not_looked_into() -> None:
    with place() as here:
        Path("conf/experiment/evil.yaml").write_text(
            "base: vierbein_canary:base\nstages: [adapt]\n"
        )
        outcome = here.attempt(["run", "experiment=evil"], command)
        assert outcome.is_refused, outcome.said


# A fuzz of parts: each mixture holds at least one thing that must be refused.

KEYS = [
    "_target_",
    "_partial_",
    "_args_",
    "_component_",
    "_convert_",
    "_a_",
    "hydra",
    "hydra.run.dir",
]
PLACES = ["backbone", "tuner", "task", "compare", "also", "source", "training", "callbacks", "x.y"]
HOLDERS = [
    lambda x: x,
    lambda x: [x],
    lambda x: {"a": x},
    lambda x: {"lora": x},
    lambda x: [1, {"b": x}],
]
REFERENCES = [
    "${oc.env:VIERBEIN_SECRET}",
    "a${oc.env:VIERBEIN_SECRET}b",
    "${oc.create:{_target_: vierbein_canary.sing}}",
    "${vierbein_hostile:x}",
    "${${name}}",
    "\\${oc.env:VIERBEIN_SECRET}",
    "${oc.decode:'${oc.env:VIERBEIN_SECRET}'}",
]
NAMES = [
    "vierbein_canary.sing",
    "../../outside/secret",
    "pkg://vierbein_canary",
    "hydra/callbacks/x",
]
PACKAGES = ["_global_.hydra", "hydra.callbacks", "backbone._target_", "_global_.a._partial_"]


def mixture(rng: random.Random) -> str:
    """Put a hostile part among harmless ones, and write it in some way."""
    content: dict[str, object] = {"seed": rng.randrange(9), "name": "x"}
    kind = rng.choice(["key", "reference", "name", "package", "header"])
    at, hold = rng.choice(PLACES), rng.choice(HOLDERS)
    header = ""
    if kind == "key":
        content[at] = hold({rng.choice(KEYS[:-2]): rng.choice(["os.system", True, ["x"], None])})
        if rng.random() < 0.3:
            content = {**content, rng.choice(KEYS): "vierbein_canary.sing"}
    elif kind == "reference":
        content[at] = hold(rng.choice(REFERENCES))
    elif kind == "name":
        name = rng.choice(NAMES)
        entry = rng.choice([name, f"/{name}", {"override /backbone": name}, {"/tuner@x.y": [name]}])
        content["defaults"] = rng.choice([[entry], ["_self_", entry], [entry, {"/task": None}]])
    elif kind == "package":
        content["defaults"] = [{f"/backbone@{rng.choice(PACKAGES)}": "lab_net"}]
    else:
        header = f"# @package {rng.choice(PACKAGES)}\n"
    style = rng.choice([None, True, False])
    text: str = yaml.safe_dump(content, default_flow_style=style, sort_keys=rng.random() < 0.5)
    if rng.random() < 0.3:
        text = text.replace("_target_", '"\\x5ftarget\\x5f"')
    return header + text


@pytest.mark.parametrize("seed", range(60))
def test_no_mixture_gets_through(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a fuzz
    with place() as here:
        text = mixture(rng)
        file = here.write(Case("fuzz", "", text=text), here.folder / "conf")
        words = rng.choice([["run", "experiment=evil"], ["config", "check", str(file)]])
        outcome = here.attempt(words, command)
        assert outcome.is_refused, f"{text}\n{outcome}"
        assert "evil.yaml:" in outcome.said, f"{text}\n{outcome.said}"


# A fuzz of bytes: whatever it is, it is composed or refused with words, and nothing else happens.

SEEDS = [case.text for case in TABLE if case.text and len(case.text) < 2000] + [HARMLESS]
BITS = [
    "${",
    "}",
    "!!python/name:x ",
    "&a ",
    "*a",
    "<<: ",
    "\0",
    "\u2028",
    "- ",
    "{",
    "[",
    ":",
    "?",
    "'",
    '"',
]


def garbled(rng: random.Random, here: Place) -> bytes:
    """Cut two files into one, and put bits of syntax anywhere."""
    first, second = (
        Case("", "", text=rng.choice(SEEDS)).put(here.mark, here.outside).text for _ in "ab"
    )
    assert first is not None
    assert second is not None
    text = first[: rng.randrange(len(first) + 1)] + second[rng.randrange(len(second)) :]
    for _ in range(rng.randrange(4)):
        cut = rng.randrange(len(text) + 1)
        text = text[:cut] + rng.choice(BITS) + text[cut:]
    return text.encode(rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"]), "surrogatepass")


@pytest.mark.parametrize("seed", range(60))
def test_no_garbled_file_does_anything(seed: int) -> None:
    rng = random.Random(1000 + seed)  # noqa: S311 - a fuzz
    with place() as here:
        data = garbled(rng, here)
        Path("conf/experiment/evil.yaml").write_bytes(data)
        outcome = here.attempt(["run", "experiment=evil", "--cfg"], command)
        assert outcome.status in (0, 2), f"{data!r}\n{outcome.said}"
        assert not outcome.has_run
        assert not outcome.has_leaked
