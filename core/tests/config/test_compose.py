"""What a command line composes to."""

import sys

import pytest
from omegaconf.errors import ReadonlyConfigError

from vierbein.config.plain import plain


def test_experiment_tuner_and_settings(composed):
    got = composed("experiment=quickstart tuner=lora tuner.rank=8 seed=3")
    assert got.choices == {
        "experiment": "quickstart",
        "dataset": "jet_sample",
        "backbone": "particle_transformer",
        "tuner": ["lora"],
        "source.dataset": "jet_sample",
        "also.calo.adapter": "jets_calo",
    }
    assert got.overrides == ["experiment=quickstart", "tuner=lora", "tuner.rank=8", "seed=3"]
    assert got.config.seed == 3
    assert plain(got.config.tuner) == {
        "lora": {"_component_": "tuner/fake-lab/lora", "rank": 8, "alpha": 8.0, "sites": ["qkv"]}
    }
    assert got.config.backbone.width == 64  # the experiment's own setting
    assert got.config.training.steps == 100  # ${compare.sizes[0]}


def test_composing_imports_no_plugin(composed):
    composed("experiment=quickstart")
    assert "fake_lab" not in sys.modules


def test_every_field_and_kind_is_there_without_any_override(composed):
    config = plain(composed("").config)
    assert config["backbone"] is None
    assert config["tuner"] == {}
    assert config["training"] == {"learning_rate": 1e-3, "steps": 200, "betas": [0.9, 0.999]}


def test_several_tuners_in_the_order_asked(composed):
    got = composed("tuner=[lora,bitfit] tuner.lora.rank=16")
    assert list(got.config.tuner) == ["lora", "bitfit"]
    assert got.choices == {"tuner": ["lora", "bitfit"]}
    assert got.config.tuner.lora.rank == 16


def test_a_choice_replaces_the_experiments_list_and_what_it_set_there(composed):
    got = composed("experiment=quickstart tuner=full")
    assert plain(got.config.tuner) == {"full": {"_component_": "tuner/fake-lab/full"}}


@pytest.mark.parametrize(
    ("override", "backbone"),
    [
        ("fake-lab/lorentz_net", {"_component_": "backbone/fake-lab/lorentz_net", "num_blocks": 2}),
        ("fake-other/lorentz_net", {"_component_": "backbone/fake-other/lorentz_net", "order": 1}),
        (
            "[fake-other/lorentz_net]",
            {"_component_": "backbone/fake-other/lorentz_net", "order": 1},
        ),
    ],
)
def test_qualified_name_settles_a_clash_and_keeps_the_place(composed, override, backbone):
    got = composed(f"experiment=quickstart backbone={override}")
    assert plain(got.config.backbone) == backbone  # without the width of the replaced backbone


def test_components_stand_where_the_experiment_puts_them(composed):
    text = "source.dataset.domain=calo also.calo.adapter.max_particles=32 also.calo.margin=1"
    got = composed(f"experiment=quickstart {text}").config
    assert got.source.dataset.domain == "calo"
    assert got.dataset.domain == "atlas"
    assert got.also.calo.adapter.max_particles == 32
    assert got.also.calo.margin == 1.0
    assert isinstance(got.also.calo.margin, float)


def test_a_placed_component_is_replaced_by_its_place(composed):
    text = "dataset@source.dataset=root source.dataset.path=a.root"
    got = composed(f"experiment=quickstart {text}")
    assert got.config.source.dataset._component_ == "dataset/fake-lab/root"
    assert got.config.dataset._component_ == "dataset/fake-lab/jet_sample"
    assert got.choices["source.dataset"] == "root"


def test_a_component_can_be_put_into_a_place(composed):
    text = "+backbone@compare.smaller_twin=transformer_small compare.smaller_twin.width=16"
    twin = composed(f"experiment=quickstart {text}").config.compare.smaller_twin
    assert (twin.width, twin.size) == (16, "small")


def test_containers_are_typed(composed):
    dataset = composed(
        "dataset=root dataset.path=a.root dataset.columns.pt.unit=GeV dataset.scale={pt:1} "
        "dataset.runs=[1,2] dataset.cut=3 dataset.entries=null"
    ).config.dataset
    assert plain(dataset) == {
        "_component_": "dataset/fake-lab/root",
        "path": "a.root",
        "columns": {"pt": {"unit": "GeV"}},
        "entries": None,
        "scale": {"pt": 1.0},
        "runs": [1, 2],
        "cut": 3.0,
    }


@pytest.mark.parametrize("text", ["tuner=null", "tuner=[]", "~tuner"])
def test_nothing_can_be_chosen(composed, text):
    assert plain(composed(f"experiment=quickstart {text}").config.tuner) == {}


@pytest.mark.parametrize("text", ["backbone=null", "~backbone"])
def test_no_backbone_can_be_chosen(composed, text):
    got = composed(f"experiment=quickstart {text}")
    assert got.config.backbone is None
    assert "backbone" not in got.choices


@pytest.mark.parametrize("sign", ["", "+", "++"])
def test_the_sign_makes_no_difference(composed, sign):
    got = composed(f"{sign}seed=7 {'+' * bool(sign)}backbone=particle_transformer")
    assert (got.config.seed, got.config.backbone.width) == (7, 32)


@pytest.mark.parametrize("text", ["tuner=lora tuner.rank=8", "tuner.rank=8 tuner=lora"])
def test_a_setting_of_the_one_tuner_needs_no_name(composed, text):
    assert composed(text).config.tuner.lora.rank == 8


def test_also_when_the_experiment_chooses_it(composed, write):
    write("conf/experiment/one.yaml", "defaults: [override /tuner: lora]\n")
    text = "experiment=one tuner.rank=${seed} seed=6 tuner.sites=[qkv,mlp] +tuner.alpha=2"
    assert plain(composed(text).config.tuner.lora) == {
        "_component_": "tuner/fake-lab/lora",
        "rank": 6,
        "alpha": 2.0,
        "sites": ["qkv", "mlp"],
    }


def test_a_deleted_setting_falls_back_to_its_default(composed):
    assert composed("experiment=quickstart ~tuner.lora.rank").config.tuner.lora.rank == 4


def test_the_configuration_is_read_only(composed):
    with pytest.raises(ReadonlyConfigError):
        composed("").config.seed = 1
