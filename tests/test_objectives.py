"""What a base is pretrained on: by default the task, bit for bit; without truth where it can be."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from vierbein.errors.runs import NoTruthError
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.run import configure
from vierbein.experiment.stages.pretrain import pretrain
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.trainer import Budget, TrainingEvents
from vierbein.storage.parameters import read_parameters
from vierbein.testing.objective import ObjectiveContract
from vierbein.testing.small_network import SCHEMA, SmallHead
from vierbein.training.trainer import FabricTrainer
from vierbein_transformer.particle_transformer import ParticleTransformer

SMALL = ("compare.sizes=[60]", "compare.seeds=1", "compare.steps=20", "pretrain.steps=40")
ONLY = (*SMALL, "stages=[pretrain]")
MASKED = "objective=masked_particles"


def base(folder):
    return read_parameters(Path(folder, "pretrain", "base"))


@pytest.mark.parametrize("chosen", [(), ("objective=supervised",)])
def test_supervised_is_the_task_bit_by_bit(toy_run, folder, chosen):
    toy_run(*ONLY, *chosen)
    tensors, card = base("runs/toy")
    assembly = Assembly(configure("toy", ONLY))
    source, settings = assembly.source, assembly.settings
    events = TrainingEvents(source.events("train"), source.events("validation"))
    network = assembly.from_scratch(source, events.train, settings.seed)
    trainer = FabricTrainer(replace(settings.training, batch_size=settings.pretrain.batch_size))
    fit = trainer.fit(network, assembly.task, events, Budget(40, settings.pretrain.learning_rate))
    assert tensors.keys() == {n for n in fit.parameters if not n.startswith("projection.")}
    assert all(torch.equal(tensor, fit.parameters[name]) for name, tensor in tensors.items())
    said = card["training"]
    assert said["best_step"] == fit.best_step
    assert said["flops"] == fit.flops
    assert [p["validation_loss"] for p in said["history"]] == [
        p.validation_loss for p in fit.history
    ]
    assert card["objective"] == {"_component_": "objective/vierbein/supervised"}
    assert card["task"] == assembly.configuration["task"]


def test_masked_particles_leave_a_backbone_that_takes_a_new_head(toy_run, folder):
    result = toy_run(*SMALL, MASKED, "objective.share=0.4")
    tensors, card = base("runs/toy")
    assert {name.partition(".")[0] for name in tensors} == {"backbone"}
    assert card["objective"]["share"] == 0.4
    assert card["task"] is None
    assert card["figures"] == []
    history = [point["validation_loss"] for point in card["training"]["history"]]
    assert history[-1] < history[0]
    said = result.report["comparison"]["there"]
    assert said["zero_shot"] is None
    assert "zero_shot" not in said["sizes"]["60"]["arms"]
    assert {"fine_tuned", "twin_equal_steps"} <= said["sizes"]["60"]["arms"].keys()
    modules = result.report["loading"]["there"]["modules"]
    assert all(row["new"] == row["dropped"] == 0 for row in modules)
    assert result.report["base"]["objective"] == card["objective"]


def test_both_at_once_keep_the_head(toy_run, folder):
    chosen = ("objective=supervised_and_masked", "objective.masked=0.3")
    toy_run(*ONLY, *chosen)
    tensors, card = base("runs/toy")
    assert {name.partition(".")[0] for name in tensors} == {"backbone", "head"}
    assert card["figures"][0]["name"] == "AUC"
    assert Assembly(configure("toy", [*ONLY, *chosen])).has_zero_shot


def test_a_source_without_truth_will_do_for_masked_particles_alone(toy_run, folder):
    bare = "source.adapter.is_labelled=false"
    toy_run(*ONLY, MASKED, bare)
    assert not Assembly(configure("toy", [*ONLY, MASKED, bare])).has_zero_shot
    for objective in ("supervised", "supervised_and_masked"):
        with pytest.raises(NoTruthError, match="objective=masked_particles"):
            toy_run(*ONLY, f"objective={objective}", bare, f"run_folder={objective}")


def test_an_interrupted_pretraining_goes_on_with_the_same_masks(folder):
    def made(name, stop):
        overrides = [*ONLY, MASKED, f"run_folder={name}", "training.checkpoint_every=5"]

        def watch(step, steps, loss):
            if step == stop:
                raise KeyboardInterrupt

        pretrain(Assembly(configure("toy", overrides)), watch)
        return base(name)[0]

    whole = made("whole", stop=None)
    with pytest.raises(KeyboardInterrupt):
        made("stopped", stop=17)
    resumed = made("stopped", stop=None)
    assert all(torch.equal(tensor, resumed[name]) for name, tensor in whole.items())


class TestMaskedParticlesOnATransformer(ObjectiveContract):
    """All of a transformer learns, its pooling included."""

    component = "masked_particles"

    def network(self, seed=0):
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            backbone = ParticleTransformer(SCHEMA, width=8, num_heads=2, num_blocks=1, pair_width=8)
            projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.1, 2.0)))
            return Network(projection, backbone, SmallHead(8)).double().eval()
