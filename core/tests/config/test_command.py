"""`vierbein config check FILE`."""

import json

import pytest

from vierbein.cli.main import main
from vierbein.config.plain import plain


@pytest.fixture
def check(plugins, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("vierbein.cli.config.installed", lambda: plugins)

    def run(*words):
        status = main(["config", "check", *map(str, words)])
        return status, *capsys.readouterr()

    return run


def test_an_experiment_that_is_right(check, write):
    file = write("conf/experiment/mine.yaml", "defaults: [override /tuner: [lora]]\nseed: 3\n")
    said = "mine.yaml is right. It uses these components:\n  tuner.lora   lora   fake-lab 1.0\n"
    assert check("conf/experiment/mine.yaml") == (0, f"conf/experiment/{said}", "")
    assert check(file)[0] == 0
    assert check(file, "tuner.rank=8")[0] == 0


def test_an_experiment_elsewhere(check, write):
    status, out, _ = check(write("it's shared/by a friend.yaml", "seed: 3\n"))
    assert status == 0
    assert out.endswith("is right. It uses no component.\n")


def test_an_experiment_that_is_wrong(check, write):
    file = write("mine.yaml", "seed: 1\ntraining: {stesp: 3}\n")
    status, out, error = check(file)
    assert (status, out) == (2, "")
    assert error.startswith(f"vierbein: error: {file}:2: There is no setting 'training.stesp'.")


def test_a_preset(check, write):
    text = "defaults: [particle_transformer]\nwidht: 8\n"
    status, _, error = check(write("conf/backbone/mine.yaml", text))
    assert status == 2
    assert "'backbone.widht'. Did you mean width?" in error


def test_a_stored_configuration(check, write, plugins):
    from vierbein.config.compose import compose
    from vierbein.experiment.settings import RunSettings

    stored = plain(compose(RunSettings, ["tuner=lora"], registry=plugins).config)
    file = write("runs/x/configuration.json", json.dumps(stored))
    assert check(file)[:2] == (
        0,
        f"{file} is right. It uses these components:\n  tuner.lora   lora   fake-lab 1.0\n",
    )
    stored["tuner"]["lora"]["_component_"] = "tuner/gone/lora"
    write("runs/x/configuration.json", json.dumps(stored))
    assert check(file)[0] == 2


def test_only_a_stored_configuration_may_name_its_components(check, write):
    text = "tuner: {lora: {_component_: tuner/fake-lab/lora}}\n"
    write("conf/experiment/mine.yaml", text)
    status, _, error = check("conf/experiment/mine.yaml")
    assert status == 2
    assert "conf/experiment/mine.yaml:1 sets 'tuner.lora._component_'" in error


def test_a_stored_configuration_that_is_wrong(check, write):
    file = write("runs/x/configuration.json", '{\n"seed": 1,\n"training": {"stesp": 3}\n}')
    status, _, error = check(file)
    assert status == 2
    assert error.startswith(f"vierbein: error: {file}:3: There is no setting 'training.stesp'.")


def test_a_file_that_is_not_there(check):
    status, _, error = check("nowhere.yaml")
    assert status == 2
    assert "nowhere.yaml: cannot be read" in error
