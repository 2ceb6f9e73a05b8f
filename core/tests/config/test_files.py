"""Experiments, presets and a user's own files."""

import pytest

from vierbein.config.overrides import quoted
from vierbein.config.plain import plain
from vierbein.errors.plugins import UnknownComponentError
from vierbein.errors.settings import (
    BadFileError,
    CompositionError,
    HiddenComponentError,
    PlaceError,
    UnchosenError,
    UnknownFileError,
    UnknownSettingError,
)


def test_a_preset_sets_values_of_its_component(composed):
    backbone = composed("backbone=transformer_small backbone.dropout=0.1").config.backbone
    assert plain(backbone) == {
        "_component_": "backbone/fake-lab/particle_transformer",
        "width": 128,
        "size": "small",
        "dropout": 0.1,
    }


def test_a_preset_and_its_component_stand_side_by_side(composed):
    tuner = composed("tuner=[lora,lora_wide] tuner.lora_wide.alpha=3").config.tuner
    assert (tuner.lora.rank, tuner.lora_wide.rank) == (4, 64)
    assert (tuner.lora.alpha, tuner.lora_wide.alpha) == (8.0, 3.0)
    assert tuner.lora_wide._component_ == "tuner/fake-lab/lora"


def test_own_experiments_come_before_those_of_plugins(composed, write):
    write("conf/experiment/quickstart.yaml", "seed: 11\n")
    assert composed("experiment=quickstart").config.seed == 11


def test_an_experiment_builds_on_another(composed, write):
    text = """
        # @package _global_
        defaults:
          - quickstart
          - override /tuner: [lora_wide]
          - override /backbone: transformer_small
          - _self_
        seed: 5
        tuner: {lora_wide: {alpha: 2}}
    """
    write("conf/experiment/mine.yaml", text)
    got = composed("experiment=mine")
    assert (got.config.seed, got.config.note) == (5, "quick")
    assert got.choices["experiment"] == "mine"
    assert got.choices["tuner"] == ["lora_wide"]
    assert got.config.tuner.lora_wide.alpha == 2.0
    assert got.config.backbone.width == 128  # not the 64 that quickstart set for its own choice


def test_an_experiment_without_a_header_is_global(composed, write):
    write(
        "conf/experiment/mine.yaml",
        "defaults: [override /backbone: particle_transformer]\nseed: 2\n",
    )
    assert composed("experiment=mine").config.seed == 2


def test_settings_wait_for_the_component_that_they_are_for(composed, write):
    write("conf/experiment/mine.yaml", "tuner: {lora: {rank: 32}}\n")
    assert composed("experiment=mine tuner=bitfit").choices["tuner"] == ["bitfit"]
    assert composed("experiment=mine tuner=lora").config.tuner.lora.rank == 32


def test_a_preset_may_stand_anywhere_on_disk(composed, write):
    write("shared/my_lora.yaml", "defaults: [fake-lab/lora@_here_]\nrank: 3\n")
    for asked in ("shared/my_lora.yaml", "[bitfit,shared/my_lora.yaml]"):
        tuner = composed(f"tuner={asked} tuner.my_lora.alpha=1").config.tuner
        assert (tuner.my_lora.rank, tuner.my_lora.alpha) == (3, 1.0)


def test_a_preset_stands_wherever_an_experiment_puts_it(composed, write):
    text = """
        defaults:
          - /backbone@compare.smaller_twin: transformer_small
          - /tuner@source.adapter: lora_wide
        compare: {smaller_twin: {width: 8}}
    """
    write("conf/experiment/mine.yaml", text)
    got = composed("experiment=mine source.adapter.alpha=2")
    assert plain(got.config.compare.smaller_twin) == {
        "_component_": "backbone/fake-lab/particle_transformer",
        "width": 8,
        "size": "small",
        "dropout": 0.0,
    }
    assert (got.config.source.adapter.rank, got.config.source.adapter.alpha) == (64, 2.0)
    assert got.config.backbone is None
    assert plain(got.config.tuner) == {}


def test_a_qualified_name_in_a_file(composed, write):
    text = """
        defaults:
          - /backbone@compare.smaller_twin: fake-lab/lorentz_net
          - override /backbone: fake-other/lorentz_net
    """
    write("conf/experiment/mine.yaml", text)
    got = composed("experiment=mine")
    assert got.config.backbone._component_ == "backbone/fake-other/lorentz_net"
    assert got.config.compare.smaller_twin._component_ == "backbone/fake-lab/lorentz_net"


def test_two_components_in_one_place_of_a_file(composed, write):
    write("conf/experiment/mine.yaml", "defaults: [{/tuner@compare.x: [lora, bitfit]}]\n")
    with pytest.raises(PlaceError, match=r"'compare\.x' must hold one component"):
        composed("experiment=mine")


def test_the_outer_experiment_decides(composed, write):
    inner = "defaults: [{override /backbone: particle_transformer}]\nbackbone: {width: 16}\n"
    write("conf/experiment/inner.yaml", inner)
    outer = "defaults: [inner, override /backbone: fake-other/lorentz_net]\nbackbone: {order: 3}\n"
    write("conf/experiment/outer.yaml", outer)
    assert composed("experiment=inner").config.backbone.width == 16
    assert composed("experiment=outer").config.backbone.order == 3
    replaced = composed("experiment=outer backbone=particle_transformer").config.backbone
    assert replaced.width == 16  # what inner says of the backbone that is chosen after all


def test_a_misspelt_component_among_side_by_side_settings(composed, write):
    write("conf/experiment/mine.yaml", "tuner: {lroa: {rank: 32}}\n")
    with pytest.raises(UnchosenError, match=r"'tuner\.lroa' is for a tuner that is not chosen"):
        composed("experiment=mine tuner=lora")


def test_own_groups_are_hydras(composed, write):
    write("conf/schedule/long.yaml", "# @package _global_\ntraining: {steps: 5000}\n")
    assert composed("+schedule=long").config.training.steps == 5000


@pytest.mark.parametrize("name", ["2026", "1e3", "true", "a b", "it's", "v1.2", "jets/mild"])
def test_any_file_name_can_be_chosen(composed, write, name):
    write(f"conf/experiment/{name}.yaml", "seed: 5\n")
    assert composed([f"experiment={quoted(name)}"]).choices == {"experiment": name}


def test_a_number_is_a_name_too(composed, write):
    write("conf/experiment/2026.yaml", "seed: 5\n")
    assert composed("experiment=2026").config.seed == 5


def test_a_group_of_ones_own_is_added_with_a_plus(composed, write):
    write("conf/schedule/long.yaml", "# @package _global_\ntraining: {steps: 5000}\n")
    with pytest.raises(
        CompositionError, match=r"To append to your default list use \+schedule=long"
    ):
        composed("schedule=long")


def test_unknown_experiment(composed, write):
    write("conf/experiment/mine.yaml", "seed: 5\n")
    with pytest.raises(UnknownFileError) as error:
        composed("experiment=quikstart")
    assert str(error.value) == (
        "There is no experiment 'quikstart'. Did you mean quickstart?\n"
        "  There are: mine, quickstart\n"
        "  Choose one of them, or write conf/experiment/quikstart.yaml"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("seed: [1\n", "2: cannot be read: "),
        ("- a\n- b\n", "1: cannot be read: it is no mapping"),
        ("seed: 1\nseed: 2\n", "2: cannot be read: found duplicate key seed"),
        ("defaults: {backbone: x}\n", "1: cannot be read: its defaults are no"),
        ("defaults: [1]\n", "1: cannot be read: its defaults are no"),
        ("defaults: [{a: b, c: d}]\n", "1: cannot be read: its defaults are no"),
        ("# @package a b\nseed: 1\n", "1: cannot be read: Too many components"),
        ("\x00", "1: cannot be read: "),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_named(composed, write, text, reason):
    file = write("conf/experiment/mine.yaml", "")
    file.write_text(text)
    with pytest.raises(BadFileError) as error:
        composed("experiment=mine")
    assert str(error.value).startswith(f"{file}:{reason}")


def test_a_file_must_not_hide_a_component(composed, write):
    file = write("conf/backbone/particle_transformer.yaml", "width: 8\n")
    with pytest.raises(HiddenComponentError) as error:
        composed("backbone=particle_transformer")
    assert str(file) in str(error.value)
    assert "backbone=my_particle_transformer" in str(error.value)


def test_a_preset_without_a_component_is_refused(composed, write):
    write("conf/backbone/empty.yaml", "width: 8\n")
    with pytest.raises(PlaceError, match="'backbone' must hold one component"):
        composed("backbone=empty")


def test_files_that_include_each_other_are_refused(composed, write):
    write("conf/experiment/a.yaml", "defaults: [b]\n")
    write("conf/experiment/b.yaml", "defaults: [a]\n")
    with pytest.raises(CompositionError, match="in a circle"):
        composed("experiment=a")


def test_a_misspelt_setting_in_a_file(composed, write):
    write("conf/experiment/mine.yaml", "trainig: {steps: 1}\n")
    with pytest.raises(UnknownSettingError, match=r"'trainig'\. Did you mean training"):
        composed("experiment=mine")


def test_a_qualified_name_that_is_not_there(composed, write):
    file = write("conf/experiment/mine.yaml", "defaults: [{override /backbone: no-lab/net}]\n")
    with pytest.raises(UnknownComponentError) as error:
        composed("experiment=mine")
    assert str(error.value).startswith(f"{file}:1: No backbone named 'no-lab/net' is installed.")
    assert composed("experiment=mine backbone=particle_transformer").choices["backbone"] == (
        "particle_transformer"
    )
