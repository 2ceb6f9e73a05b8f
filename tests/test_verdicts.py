"""The comparison can say each of its four verdicts, where each is the truth."""

import json

import pytest

# Judged at one size with enough seeds; the margin is what a difference of AUC must be worth.
DECISIVE = ("compare.sizes=[600]", "compare.seeds=4", "compare.margin=0.04", "compare.steps=100")


def transfer(result):
    return result.report["comparison"]["there"]["transfer"]


def test_a_base_that_knows_the_answer_is_helpful(toy_run):
    result = toy_run("compare.sizes=[30]", "compare.seeds=4", "compare.steps=40")
    assert transfer(result) == "helpful"
    difference = result.differences.set_index("against").loc["twin_equal_steps"]
    assert difference.low > 0.02
    assert result.exit_status == 0


def test_a_base_of_permuted_labels_is_negative_where_its_features_are_frozen(toy_run):
    result = toy_run(
        *DECISIVE, "source.dataset.labels=permuted", "tuner=probe", "new_parameters=[head]"
    )
    assert transfer(result) == "negative"
    assert result.report["comparison"]["there"]["recommended"] == "twin_equal_steps"
    assert result.exit_status == 3


def test_a_base_that_learned_nothing_is_neutral_where_everything_learns(toy_run):
    same_rate = ("tuner=full", "tuner.learning_rate=3e-3")
    result = toy_run(*DECISIVE, *same_rate, "pretrain.steps=1", "compare.steps=300")
    assert transfer(result) == "neutral"
    assert result.exit_status == 0


def test_a_small_sample_has_no_power_and_is_undecided(toy_run):
    result = toy_run("compare.sizes=[40]", "compare.margin=0.01", "pretrain.steps=1")
    assert transfer(result) == "undecided"
    assert result.exit_status == 0


def test_one_seed_gives_no_verdict_however_large_the_difference(toy_run):
    result = toy_run("compare.sizes=[30]", "compare.seeds=1", "compare.steps=40")
    assert transfer(result) == "undecided"
    said = result.report["comparison"]["there"]["sizes"]["30"]
    assert {each["outcome"] for each in said["against"].values()} == {"undecided"}
    assert said["against"]["twin_equal_steps"]["difference"]["low"] > 0.02


def test_where_the_base_is_right_already_the_advice_is_not_to_tune(toy_run):
    result = toy_run(*DECISIVE, "compare.margin=0.03")
    said = result.report["comparison"]["there"]
    assert said["sizes"]["600"]["against"]["zero_shot"]["outcome"] == "neutral"
    assert said["recommended"] == "zero_shot"
    assert said["advice"].startswith("Do not tune")


@pytest.mark.parametrize("size", ["60", "600"])
def test_zero_shot_stands_in_every_table(toy_run, size):
    arms = toy_run().report["comparison"]["there"]["sizes"][size]["arms"]
    assert {"zero_shot", "fine_tuned", "twin_equal_steps", "smaller_twin", "baseline"} <= set(arms)
    assert arms["smaller_twin"]["num_parameters"] < arms["twin_equal_steps"]["num_parameters"]
    assert arms["baseline"]["metric"]["value"] > 0.6  # it is given the right observable


def test_a_longer_twin_is_looked_at_as_often_as_the_others(toy_run):
    longer = "twin_equal_flops_with_pretraining"
    arms = f"compare.arms=[zero_shot,fine_tuned,twin_equal_steps,{longer}]"
    result = toy_run(arms, "compare.sizes=[60]")

    def second_look(arm):
        found = json.loads(
            next(result.folder.glob(f"compare/there/{arm}/*/result.json")).read_text()
        )
        assert found["trials"][0]["steps"] == found["steps"]
        return found["trials"][0]["history"][1]["step"], found["steps"]

    usual, longest = second_look("twin_equal_steps"), second_look(longer)
    assert longest[1] > 5 * usual[1]
    assert longest[0] == usual[0]
