"""Presets that stand for several components of a side-by-side kind."""

import pytest

from vierbein.config.plain import plain
from vierbein.errors.plugins import PluginNotInstalledError, UnknownComponentError
from vierbein.errors.settings import (
    BadFileError,
    PlaceError,
    ReservedKeyError,
    SetCircleError,
    SetSettingError,
    UnchosenError,
    UnfoldingError,
    UnknownSettingError,
    WrongTypeError,
)

TWO = "defaults: [lora, bitfit]\nlora: {rank: 16}\n"


@pytest.fixture
def two(write):
    return write("conf/tuner/two.yaml", TWO)


def test_a_set_stands_for_its_members_with_the_settings_that_it_gives_them(composed, two):
    got = composed("tuner=two")
    assert got.choices == {"tuner": ["lora", "bitfit"]}
    assert list(got.config.tuner) == ["lora", "bitfit"]
    assert (got.config.tuner.lora.rank, got.config.tuner.lora.alpha) == (16, 8.0)
    assert got.config.tuner.lora._component_ == "tuner/fake-lab/lora"


def test_a_plugin_brings_a_set_of_another_kind(composed):
    got = composed("compressor=small compressor.quantise.keep=0.1")
    assert plain(got.config.compressor) == {
        "prune": {"_component_": "compressor/fake-lab/prune", "keep": 0.25},
        "quantise": {"_component_": "compressor/fake-lab/quantise", "keep": 0.1},
    }


@pytest.mark.parametrize("asked", ["tuner=two", "tuner=[two]", "+tuner=two", "tuner=[full,two]"])
def test_overrides_reach_the_members_and_come_last(composed, two, asked):
    tuner = composed(f"{asked} tuner.lora.alpha=3 tuner.lora.rank=2").config.tuner
    assert (tuner.lora.rank, tuner.lora.alpha) == (2, 3.0)
    assert list(tuner) == ["full", "lora", "bitfit"] if "full" in asked else ["lora", "bitfit"]


@pytest.mark.parametrize("asked", ["[two,lora]", "[lora,two]", "[two,full,bitfit]"])
def test_a_member_that_is_also_named_stands_once(composed, two, asked):
    got = composed(f"tuner={asked}")
    assert sorted(got.choices["tuner"]) == sorted(
        {"lora", "bitfit", *asked[1:-1].split(",")} - {"two"}
    )
    assert got.config.tuner.lora.rank == 16


def test_sets_hold_sets_and_presets_and_the_outer_one_has_the_last_word(composed, two, write):
    write("conf/tuner/more.yaml", "defaults:\n  - two\n  - lora_wide\nlora: {rank: 32}\n")
    tuner = composed("tuner=more").config.tuner
    assert list(tuner) == ["lora", "bitfit", "lora_wide"]
    assert (tuner.lora.rank, tuner.lora_wide.rank) == (32, 64)


def test_a_file_that_names_one_set_is_that_set(composed, two, write):
    write("conf/tuner/mine.yaml", "defaults: [two, _self_]\nlora: {alpha: 1}\n")
    tuner = composed("tuner=mine").config.tuner
    assert list(tuner) == ["lora", "bitfit"]
    assert (tuner.lora.rank, tuner.lora.alpha) == (16, 1.0)


def test_an_experiment_chooses_a_set_and_has_the_last_word(composed, two, write):
    text = (
        "defaults: [quickstart, override /tuner: [two, full], _self_]\ntuner: {lora: {alpha: 5}}\n"
    )
    write("conf/experiment/mine.yaml", text)
    got = composed("experiment=mine")
    assert got.choices["tuner"] == ["lora", "bitfit", "full"]
    # quickstart's rank counts more than the set's: it speaks of this run
    assert (got.config.tuner.lora.rank, got.config.tuner.lora.alpha) == (2, 5.0)
    assert composed("experiment=mine tuner=full").choices["tuner"] == ["full"]


def test_a_set_in_place_of_the_experiment_s_choice(composed, two):
    assert composed("experiment=quickstart tuner=two").choices["tuner"] == ["lora", "bitfit"]


def test_a_set_may_stand_anywhere_on_disk(composed, write):
    write("shared/mine.yaml", TWO)
    got = composed("tuner=[full,shared/mine.yaml]")
    assert list(got.config.tuner) == ["full", "lora", "bitfit"]
    assert got.config.tuner.lora.rank == 16


def test_a_member_by_its_distribution(composed, write):
    write("conf/tuner/mine.yaml", "defaults: [fake-lab/lora, bitfit]\nlora: {rank: 3}\n")
    assert composed("tuner=mine").config.tuner.lora.rank == 3


def test_a_member_that_is_not_installed_is_named_with_file_line_and_plugin(composed, write):
    file = write("conf/tuner/mine.yaml", "defaults:\n  - lora\n  - probe\n")
    with pytest.raises(PluginNotInstalledError, match="pip install vierbein-tuners") as error:
        composed("tuner=mine")
    assert str(error.value).startswith(f"{file}:3: ")


@pytest.mark.parametrize("asked", ["tuner=mine", "experiment=e", "tuner=shared/mine.yaml"])
def test_a_misspelt_member_is_named_with_file_and_line(composed, write, asked):
    text = "defaults:\n  - lora\n  - bitfti\n"
    write("conf/tuner/mine.yaml", text)
    write("shared/mine.yaml", text)
    write("conf/experiment/e.yaml", "defaults: [override /tuner: mine]\n")
    with pytest.raises(UnknownComponentError, match="Did you mean bitfit") as error:
        composed(asked)
    assert "mine.yaml:3: No tuner named 'bitfti' is installed" in str(error.value)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("lora: {rnak: 3}", UnknownSettingError, ":2: There is no setting 'tuner.lora.rnak'"),
        ("lora: {rank: x}", WrongTypeError, ":2: tuner.lora.rank=x cannot be used"),
        ("lroa: {rank: 3}", UnchosenError, ":2: 'tuner.lroa' is for a tuner that is not chosen"),
        ("rank: 3", UnchosenError, "'tuner.rank' is for a tuner that is not chosen"),
        ("lora: 3", PlaceError, "lora was chosen, and then it was set to 3"),
        ("lora: {_component_: tuner/x/y}", ReservedKeyError, ":2 sets 'lora._component_'"),
    ],
)
def test_what_a_set_gets_wrong_is_said(composed, write, text, kind, words):
    write("conf/tuner/mine.yaml", f"defaults: [lora, bitfit]\n{text}\n")
    with pytest.raises(kind) as error:
        composed("tuner=mine")
    assert words in str(error.value)


@pytest.mark.parametrize(
    "entry",
    ["/tuner: lora", "override /backbone: particle_transformer", "lora@_here_", "/tuner/full"],
)
def test_a_set_names_components_of_its_kind_and_nothing_else(composed, write, entry):
    file = write("conf/tuner/mine.yaml", f"defaults:\n  - lora\n  - bitfit\n  - {entry}\n")
    with pytest.raises(BadFileError, match="then each must be the name of a tuner") as error:
        composed("tuner=mine")
    assert str(error.value).startswith(f"{file}:1: ")


def test_a_set_is_no_setting_s_owner(composed, two):
    with pytest.raises(SetSettingError, match=r"Write  tuner\.lora\.rank  or  tuner\.bitfit\.rank"):
        composed("tuner=two tuner.two.rank=3")


def test_a_short_setting_is_for_no_set(composed, two):
    with pytest.raises(UnchosenError, match=r"Write  tuner\.lora\.rank  or  tuner\.bitfit\.rank"):
        composed("tuner=two tuner.rank=3")


def test_one_place_holds_no_set(composed, two, write):
    write("conf/experiment/mine.yaml", "defaults: [{/tuner@source.adapter: two}]\n")
    with pytest.raises(PlaceError, match="Several are chosen for it: lora, bitfit"):
        composed("experiment=mine")


def test_the_same_word_from_two_origins_is_refused(composed, two):
    with pytest.raises(PlaceError, match=r"'tuner\.lora' must hold one"):
        composed("tuner=[two,fake-lab/lora]")


@pytest.mark.parametrize("text", ["[a]", "[a, lora]", "[b, lora]", "[b]"])
def test_sets_in_a_circle_are_refused(composed, write, text):
    write("conf/tuner/a.yaml", f"defaults: {text}\n")
    write("conf/tuner/b.yaml", "defaults: [full, a]\n")
    with pytest.raises(SetCircleError, match="a set that leads back to itself"):
        composed("tuner=a")


def test_sets_that_unfold_without_end_are_refused(composed, write):
    for number in range(9):
        write(f"conf/tuner/s{number}.yaml", f"defaults: [s{number + 1}, t{number + 1}]\n")
        write(f"conf/tuner/t{number}.yaml", f"defaults: [s{number + 1}, t{number + 1}]\n")
    write("conf/tuner/s9.yaml", TWO)
    write("conf/tuner/t9.yaml", TWO)
    with pytest.raises(UnfoldingError):
        composed("tuner=s0")


def test_a_preset_of_one_goes_by_its_own_name_as_ever(composed, two):
    assert list(composed("tuner=[two,lora_wide]").config.tuner) == ["lora", "bitfit", "lora_wide"]
    # and of a kind of which one is chosen, several make no set
    with pytest.raises(PlaceError):
        composed("backbone=[transformer_small,particle_transformer]")
