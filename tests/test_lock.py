"""A locked run is refused where anything that it uses differs."""

import json
from pathlib import Path

import pytest

from vierbein.cli.main import main
from vierbein.cli.run import flags_first
from vierbein.errors.plugins import NotALockError, OtherEnvironmentError
from vierbein.experiment.lock import require, used, write_lock
from vierbein.experiment.run import configure, run
from vierbein.registry.installed import installed

SMALL = ["stages=[pretrain]", "pretrain.steps=5"]


def test_a_lock_holds_what_the_run_uses_and_lets_it_pass(folder, capsys):
    assert main(["plugins", "lock", "experiment=toy"]) == 0
    assert "vierbein-toy 1.0   sha256 " in capsys.readouterr().out
    names = {"vierbein", "vierbein-toy", "vierbein-collider", "vierbein-tuners"}
    assert set(json.loads(Path("vierbein.lock").read_text())["distributions"]) == names
    assert main(["run", "experiment=toy", *SMALL, "--locked"]) == 0
    assert main(["plugins", "lock", "-o", "again.lock", "runs/toy"]) == 0
    assert Path("again.lock").read_bytes() == Path("vierbein.lock").read_bytes()


def test_another_environment_is_refused_before_anything_is_done(folder, capsys):
    write_lock(Path("my.lock"), used(configure("toy"), installed()))
    lock = json.loads(Path("my.lock").read_text())
    lock["distributions"]["vierbein-toy"]["sha256"] = "0" * 64
    lock["distributions"]["vierbein-gone"] = {"version": "2.0", "sha256": "0" * 64}
    lock["versions"]["torch"] = "1.0"
    Path("my.lock").write_text(json.dumps(lock))
    assert main(["run", "experiment=toy", *SMALL, "--locked", "my.lock"]) == 2
    told = capsys.readouterr().err
    assert "It differs in 3:" in told
    for difference in (
        "vierbein-gone: 2.0 is locked, none is installed",
        "vierbein-toy: 1.0 is installed with other files",
        "torch: 1.0 is locked, ",
        "vierbein plugins lock -o my.lock",
    ):
        assert difference in told
    assert not Path("runs").exists()
    with pytest.raises(OtherEnvironmentError):
        run("toy", SMALL, is_quiet=True, locked_by=Path("my.lock"))


def test_a_distribution_that_the_lock_does_not_know_is_refused(folder):
    write_lock(Path("my.lock"), {"vierbein-toy"})
    with pytest.raises(OtherEnvironmentError, match=r"vierbein-tuners: .* is not in the lock"):
        require(Path("my.lock"), configure("toy"), installed())


def test_hooks_and_the_package_of_a_base_are_used_too(folder):
    configuration = configure("toy", ["base=vierbein_cpu:bases/x", "hooks=[vierbein-files]"])
    assert {"vierbein-cpu", "vierbein-files"} <= used(configuration, installed())


@pytest.mark.parametrize(
    "text",
    [None, "no json", "[]", '{"distributions": {}}', '{"distributions": {"a": 1}, "versions": {}}'],
)
def test_what_is_no_lock_is_refused(folder, text):
    if text is not None:
        Path("my.lock").write_text(text)
    with pytest.raises(NotALockError, match=r"my\.lock cannot be read as a lock"):
        require(Path("my.lock"), configure("toy"), installed())


def test_a_distribution_that_is_not_installed_cannot_be_locked(folder, capsys):
    assert main(["plugins", "lock", "experiment=toy", "hooks=[vierbein-tunrs]"]) == 2
    assert "Did you mean vierbein-tuners" in capsys.readouterr().err
    assert not Path("vierbein.lock").exists()


def test_flags_may_stand_anywhere():
    assert flags_first(["a=1", "--locked", "~b", "--cfg"]) == [
        "--locked=vierbein.lock",
        "--cfg",
        "a=1",
        "~b",
    ]
