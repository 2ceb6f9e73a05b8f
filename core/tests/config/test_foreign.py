"""A shared configuration is data: it cannot say which code runs, nor steer Hydra."""

import pytest

from vierbein.errors.settings import HydraKeyError, ReservedKeyError


@pytest.mark.parametrize(
    "text",
    [
        "backbone: {_target_: os.system}",
        "also: {calo: [{deep: {_partial_: true}}]}",
        "_component_: backbone/fake-lab/lorentz_net",
        "backbone: {_component_: backbone/fake-lab/lorentz_net}",
        "defaults: [{/backbone@backbone._target_: transformer_small}]",
    ],
)
def test_a_file_cannot_name_code(composed, write, text):
    file = write("conf/experiment/evil.yaml", text)
    with pytest.raises(ReservedKeyError) as error:
        composed("experiment=evil")
    assert str(error.value).startswith(f"{file}:1 sets '")


@pytest.mark.parametrize(
    "text",
    [
        "hydra: {callbacks: {x: {_targe: y}}}",
        "hydra: {searchpath: [file:///tmp]}",
        "hydra: {run: {dir: /somewhere}}",
        "hydra: {job: {env_set: {PATH: /somewhere}}}",
        "hydra: {}",
        "hydra.callbacks: {x: y}",
        "# @package hydra\ncallbacks: {x: y}",
        "# @package _global_.hydra.callbacks\nx: y",
        "defaults: [{override /hydra/callbacks: x}]",
        "defaults: [{override hydra/job_logging: colorlog}]",
        "defaults: [/hydra/callbacks/x]",
        "defaults: [{/backbone@hydra.callbacks: transformer_small}]",
        "defaults: [{/backbone@_global_.hydra: transformer_small}]",
    ],
)
def test_a_file_cannot_steer_hydra(composed, write, text):
    file = write("conf/experiment/evil.yaml", text)
    with pytest.raises(HydraKeyError) as error:
        composed("experiment=evil")
    assert str(error.value).startswith(f"{file}:1 sets '")


def test_presets_are_held_to_the_same(composed, write):
    write("conf/backbone/evil.yaml", "defaults: [particle_transformer]\n_target_: os.system\n")
    with pytest.raises(ReservedKeyError):
        composed("backbone=evil")


@pytest.mark.parametrize(
    ("override", "kind"),
    [
        ("backbone._target_=os.system", ReservedKeyError),
        ("+backbone._component_=backbone/fake-lab/lorentz_net", ReservedKeyError),
        ("backbone={_component_:x}", ReservedKeyError),
        ("tuner={lora:{_target_:x}}", ReservedKeyError),
        ("+hydra.callbacks.x=1", HydraKeyError),
        ("hydra={searchpath:[x]}", HydraKeyError),
        ("hydra/callbacks=x", HydraKeyError),
        ("+backbone@hydra.callbacks=transformer_small", HydraKeyError),
    ],
)
def test_nor_can_an_override(composed, override, kind):
    with pytest.raises(kind) as error:
        composed(override)
    assert str(error.value).startswith(f"{override} sets '")
