"""Fifteen traps in which users of published foundation models were caught: none is open here.

Each was found by running packages of the field; the number is that of the list which
docs/explanation/loading.md shows. A test says in its first line what happens there.
"""

import os
import socket
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from vierbein.cli.main import main
from vierbein.config.build import build
from vierbein.errors.features import FeatureMismatchError
from vierbein.errors.loading import (
    FunctionDiffersError,
    NothingLoadedError,
    OtherTaskError,
    PartialLoadError,
)
from vierbein.errors.predictions import LossShapeError, PredictionShapeError
from vierbein.errors.runs import BaseNotFoundError
from vierbein.events.batch import EventBatch, Padded
from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.table import EventTable
from vierbein.experiment.assembly import Assembly
from vierbein.experiment.compare.recommended import recommended
from vierbein.experiment.run import configure
from vierbein.experiment.runs import read
from vierbein.interfaces.network import Network, PaddedNetwork
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.trainer import Budget, TrainingEvents
from vierbein.storage.parameters import CARD, PARAMETERS, read_parameters, write_parameters
from vierbein.testing.made_events import made_events
from vierbein.testing.made_task import MadeTask
from vierbein.testing.small_network import SCHEMA, small_network
from vierbein.training.evaluate import losses
from vierbein.training.schedule import rate
from vierbein.training.settings import TrainingSettings
from vierbein.training.statistics import statistics
from vierbein.training.trainer import FabricTrainer
from vierbein_collider.adapters.jets_calo import JetsCalo

SMALL = ("compare.sizes=[60]", "compare.seeds=1", "compare.steps=4", "compare.arms=[fine_tuned]")
FEW = ("source.dataset.num_events=400", "dataset.num_events=400")


@pytest.fixture
def shipped(quickstart):
    """The network that the quick start fine-tunes on the detector with the base's features."""
    assembly = quickstart()
    network, _ = assembly.from_base(assembly.targets["atlas"], None, seed=0)
    return network.eval()


def start(assembly):
    domain = next(iter(assembly.targets.values()))
    return assembly.from_base(domain, None, seed=0)


def predict(network, events):
    with torch.no_grad():
        return network(events)


def jets(network, lengths, *, seed=0, dtype=torch.float64):
    """Events in the schema that a network reads."""
    return made_events(_given(network), lengths, seed=seed, dtype=dtype)


def _given(network):
    return network.projection.wanted  # of the same features, on this detector


def apart(found, wanted):
    return float((found - wanted).abs().max() / wanted.abs().max())


def forbid(monkeypatch, *names):
    def refuse(*arguments, **settings):
        pytest.fail("a socket was used")

    for name in names:
        monkeypatch.setattr(socket.socket, name, refuse)


def test_trap_01_a_base_is_read_without_a_network(quickstart, monkeypatch):
    """There, a model that is not downloaded cannot be started from; here a folder is a base."""
    forbid(monkeypatch, "connect", "connect_ex", "sendto")
    with socket.socket() as opened, pytest.raises(pytest.fail.Exception, match="socket"):
        opened.connect(("127.0.0.1", 9))
    assembly = quickstart()
    _, loaded = start(assembly)
    assert loaded.checks[0].answer == "agrees"
    copy = Path("my_base")
    write_parameters(copy, assembly.base.parameters, assembly.base.card)
    _, again = start(quickstart(f"base={copy.absolute()}"))
    assert again == loaded
    with pytest.raises(BaseNotFoundError, match="nowhere"):
        start(quickstart("base=nowhere"))


def test_trap_02_a_wrong_setting_is_named_before_anything_is_multiplied(quickstart):
    """There, tensors of sizes 9 and 4 do not match somewhere inside; here both shapes are named."""
    said = r"entry\.embedding\.0\.weight: \[32, 14\] in the base, \[64, 14\] in the network"
    with pytest.raises(PartialLoadError, match=said) as caught:
        start(quickstart("backbone.width=64"))
    assert "The input layer is among them" in str(caught.value)
    base = quickstart().base
    with pytest.raises(FeatureMismatchError, match=r"does not give: .*charge.*tanh_d0"):
        Projection(JetsCalo(stand_ins={}).schema, base.schema, base.statistics)


def test_trap_03_nothing_is_broadcast(quickstart):
    """There, truths of shape (N,) make a loss of (N, N), in silence; here both are refused."""
    task = quickstart().task
    truth = {"process": torch.tensor([0, 1, 1, 0])}
    events = made_events(lengths=(2, 1, 3, 2), truth=truth)
    for shape in ((4,), (4, 1), (1, 2), (4, 4, 2)):
        with pytest.raises((PredictionShapeError, TypeError)):
            task.loss(torch.zeros(shape), events)
    assert task.loss(torch.zeros(4, 2), events).shape == (4,)

    class Squared(MadeTask):
        """A task that falls into the trap: (N, 1) minus (N,)."""

        def loss(self, prediction, events):
            return (prediction - events.truth["process"]) ** 2

    perfect = torch.nn.Module()
    perfect.forward = lambda events: events.truth["process"].float().unsqueeze(1)
    assert Squared().loss(perfect(events), events).mean() > 0  # for perfect predictions
    with pytest.raises(LossShapeError):
        losses(perfect, Squared(), events)


def test_trap_04_a_particle_of_one_gev_is_a_particle(shipped):
    """There, log pT = 0 means padding; here a particle is real because the mask says so."""
    schema = _given(shipped)
    features = torch.zeros(3, len(schema.names))  # log pT = 0, as everything else
    p4 = torch.tensor([[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [40.0, 24.0, 32.0, 0.0]])
    events = EventBatch(schema, p4, features, torch.tensor([0, 3]))
    assert events.padded.mask.all()
    before = predict(shipped, events)
    charge = schema.names.index("charge")
    other = features.clone()
    other[0, charge] = 1.0
    changed = predict(shipped, EventBatch(schema, p4, other, events.offsets))
    without = predict(shipped, EventBatch(schema, p4[1:], features[1:], torch.tensor([0, 2])))
    assert apart(changed, before) > 1e-3
    assert apart(without, before) > 1e-3


def test_trap_05_events_of_few_particles_need_no_padding(shipped):
    """There, events with fewer particles than neighbours crash; here any number will do."""
    network, lengths = shipped.double(), tuple(range(13))
    events = jets(network, lengths)
    together = predict(network, events)
    assert together.isfinite().all()
    for at, length in enumerate(lengths):
        alone = predict(network, events.take(torch.tensor([at])))
        assert apart(alone[0], together[at]) < 1e-10, length


def test_trap_06_an_azimuth_is_periodic(quickstart):
    """There, phi plus a turn is another jet; here adapters wrap it, and pairs know the circle."""
    assembly = quickstart()
    adapter = assembly.targets["atlas"].adapter
    network, _ = assembly.from_base(assembly.targets["atlas"], None, seed=0)
    rng = np.random.default_rng(0)
    offsets = np.array([0, 12, 30])
    columns = {name: rng.uniform(0.1, 1.0, 30) for name in adapter.columns(labelled=False)}
    jagged = {name: Jagged(v, offsets) for name, v in columns.items() if name.startswith("part_")}
    jagged["part_kind"] = Jagged(rng.integers(0, 5, 30), offsets)
    per_jet = {"jet_pt": 500.0, "jet_eta": 0.3, "jet_phi": 3.1, "jet_mass": 100.0, "event_id": 1}
    per_jet = {name: np.full(2, value) for name, value in per_jet.items()}

    def answer(turns, jet_turns):
        dphi = jagged["part_dphi"].values + 2 * np.pi * turns
        phi = per_jet["jet_phi"] + 2 * np.pi * jet_turns
        turned = {"part_dphi": Jagged(dphi, offsets), "jet_phi": phi, "event_id": np.arange(2)}
        records = Records({**jagged, **per_jet, **turned}, "made")
        events = adapter.read(records, labelled=False)
        return predict(network.eval().double(), events.to("cpu", torch.float64))

    before = answer(np.zeros(30), np.zeros(2))
    after = answer(rng.integers(-2, 3, 30), np.array([1, -1]))
    assert apart(after, before) < 1e-5
    jagged["part_dphi"] = Jagged(jagged["part_dphi"].values + 0.01, offsets)
    assert apart(answer(np.zeros(30), np.zeros(2)), before) > 1e-4


def test_trap_07_the_same_numbers_under_other_settings_are_refused(kinds_base, kinds):
    """There, another K or a forgotten flag gives other predictions; here the function is asked."""
    words = [*kinds, *FEW, f"base={kinds_base}"]
    _, loaded = start(Assembly(configure("toy", words)))
    assert loaded.checks[0].answer == "agrees"
    with pytest.raises(FunctionDiffersError, match=r"differ: backbone\.slope is 0\.7, .* 0\.1\."):
        start(Assembly(configure("toy", [*words, "backbone.slope=0.7"])))


def test_trap_08_what_was_trained_can_be_evaluated(kinds_base, kinds, toy_run, toy_file):
    """There, kinds of particles train and cannot be evaluated; here no setting is given twice."""
    words = [*SMALL, *FEW, *kinds, f"base={kinds_base}", "run_folder=runs/new", "expand=[backbone]"]
    toy_run(*words, "adapter.more=true", "backbone.codes=[211,-211,11]")
    records = toy_file("new.parquet", 90, seed=5)
    assert main(["predict", "runs/new", "new.parquet", "-o", "scores.parquet"]) == 0
    found = pq.read_table("scores.parquet").to_pydict()
    assembly = Assembly(read(Path("runs/new"))["configuration"] | {"run_folder": "runs/new"})
    network, _ = recommended(assembly, "there", "fine_tuned")
    assert network.backbone.codes == (211, -211, 11)
    events = assembly.targets["there"].adapter.read(records)
    expected = assembly.task.scores(predict(network, events))
    np.testing.assert_allclose(found["score_p_top"], expected[:, 1], atol=1e-6)
    (row,) = read(Path("runs/new"))["report"]["loading"].values()
    assert {module["module"] for module in row["modules"] if module["expanded"]} == {
        *("backbone.norm", "backbone.entry", "backbone.local", "backbone.both", "backbone.kinds")
    }
    assert [check["answer"] for check in row["function_checks"]] == ["agrees", "agrees"]
    assert row["extra_features"] == ["size", "spread"]


def test_trap_09_fine_tuning_begins_with_its_own_optimiser(kinds_base, kinds, monkeypatch):
    """There, the optimiser of the pretraining comes back; here a base has none."""
    base = kinds_base
    assert {path.name for path in base.iterdir()} == {CARD, PARAMETERS}
    parts = {name.partition(".")[0] for name in read_parameters(base)[0]}
    assert parts == {"backbone", "head"}
    seen = []

    class Watched(torch.optim.AdamW):
        def step(self, closure=None):
            groups = [(group["lr"], group["weight_decay"]) for group in self.param_groups]
            seen.append((len(self.state), groups))
            return super().step(closure)

    monkeypatch.setattr(torch.optim, "AdamW", Watched)
    assembly = Assembly(configure("toy", [*kinds, *FEW, f"base={base}"]))
    domain = assembly.targets["there"]
    network, _ = assembly.from_base(domain, domain.events("train"), seed=0)
    settings = TrainingSettings(batch_size=16, weight_decay=0.3, warmup=0.0, looks=1)
    events = TrainingEvents(domain.events("train"), domain.events("validation"))
    FabricTrainer(settings).fit(network, assembly.task, events, Budget(3, 1e-2))
    num_states, groups = seen[0]
    assert num_states == 0
    assert groups == [(rate(0, 3, 1e-2, 0.0), 0.3), (rate(0, 3, 1e-2, 0.0), 0.0)]
    assert groups[0][0] > 5e-3
    other = Assembly(configure("toy", [*kinds, *FEW, f"base={base}", "task.classes=[qcd,top,w]"]))
    with pytest.raises(OtherTaskError, match=r"p_qcd, p_top\.\n.*p_qcd, p_top, p_w\."):
        start(other)


@pytest.mark.parametrize("num_features", [1, 4, 9])
def test_trap_10_any_number_of_features_on_any_machine(quickstart, num_features):
    """There, moments of exactly four features and a device are constants; here both are found."""
    assembly = quickstart()
    assert TrainingSettings().device == "cpu"
    schema = FeatureSchema(tuple(Feature(f"f{i}") for i in range(num_features)))
    made = made_events(schema, (3, 4, 2, 5) * 16)
    shift = 50.0 + 7.0 * torch.arange(num_features)
    far = made.map_features(schema, lambda features: 9.0 * features + shift)
    moments = statistics(EventTable.of(far))
    seen = Projection(schema, schema, moments)(far).features
    assert seen.mean(0).abs().max() < 1e-4
    assert (seen.std(0, correction=0) - 1).abs().max() < 1e-4
    backbone = build(assembly.configuration["backbone"], assembly.registry, schema=schema)
    network = Network(Projection(schema, schema, moments), backbone, assembly.task.head(32))
    assert predict(network.eval(), far).isfinite().all()


def _fit(seed):
    """Train a small network on made events; give its parameters."""
    made = made_events(SCHEMA, (3, 1, 5) * 16)
    made.truth["kind"] = (made.padded.features[:, 0, 0] > 0).long()
    table = EventTable.of(made)
    network = small_network(seed=1).requires_grad_()
    events = TrainingEvents(table, table)
    trainer = FabricTrainer(TrainingSettings(batch_size=8, looks=1), seed=seed)
    fit = trainer.fit(network, MadeTask(), events, Budget(12, 3e-2))
    assert fit.best_step == 12
    return network.state_dict()


def test_trap_11_trainings_side_by_side_need_no_port(monkeypatch):
    """There, a second training finds port 2900 taken; here a training opens none."""
    forbid(monkeypatch, "bind", "listen", "connect")
    with socket.socket() as opened, pytest.raises(pytest.fail.Exception, match="socket"):
        opened.bind(("127.0.0.1", 0))
    _fit(0)
    assert not torch.distributed.is_initialized()
    assert "MASTER_PORT" not in os.environ


def test_trap_12_new_data_are_read_anew_and_every_dataset_keeps_its_own(folder, toy_file):
    """There, the index of files is never made again; here it goes by the files' contents."""
    words = ["dataset=parquet", "dataset.path=mine.parquet"]
    words += ["+dataset@also.more.dataset=parquet", "also.more.dataset.path=more.parquet"]
    words += ["+adapter@also.more.adapter=toy_detector", "also.more.adapter.name=other"]

    def ids():
        domains = Assembly(configure("toy", words)).targets
        return {name: sorted(domain.table.ids.tolist()) for name, domain in domains.items()}

    toy_file("mine.parquet", 300, seed=2)
    toy_file("more.parquet", 120, seed=3)
    first = ids()
    assert first["there"] == [2_000_000 + i for i in range(300)]
    assert first["other"] == [3_000_000 + i for i in range(120)]
    assert ids() == first
    toy_file("mine.parquet", 200, seed=7)
    second = ids()
    assert second["there"] == [7_000_000 + i for i in range(200)]
    assert second["other"] == first["other"]


def test_trap_13_a_seed_decides_every_bit():
    """There, two equal trainings end with other losses; here with the same bits."""
    first, second, other = _fit(3), _fit(3), _fit(4)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_trap_14_padding_and_order_do_not_matter_and_the_network_exports(shipped):
    """There, too, padding and order do not matter and torch.export works; it must stay so here."""
    network = shipped.double()
    events = jets(network, (9, 1, 4))
    before = predict(network, events)
    order = torch.cat([torch.arange(9).flip(0), torch.tensor([9]), torch.tensor([12, 10, 13, 11])])
    turned = EventBatch(events.schema, events.p4[order], events.features[order], events.offsets)
    assert apart(predict(network, turned), before) < 1e-10
    blocks = [
        torch.nn.functional.pad(block.movedim(1, -1), (0, 7)).movedim(-1, 1)
        for block in (events.padded.p4, events.padded.features, events.padded.mask)
    ]
    assert blocks[2].shape == (3, 16)
    padded = EventBatch.from_padded(events.schema, Padded(*blocks))
    assert apart(predict(network, padded), before) < 1e-10
    exported = torch.export.export(PaddedNetwork(network, events.schema), tuple(blocks))
    assert apart(exported.module()(*blocks)[2].detach(), before) < 1e-10


@pytest.mark.parametrize("prefix", ["module.", "body."])
def test_trap_15_a_wrong_prefix_loads_nothing_and_says_so(kinds_base, kinds, capsys, prefix):
    """There, every tensor is missing, and the log says that all were loaded; here it is refused."""
    parameters, card = read_parameters(kinds_base)
    ours = {"module.": "", "body.": "backbone."}[prefix]
    wrong = {f"{prefix}{name.removeprefix(ours)}": tensor for name, tensor in parameters.items()}
    write_parameters(kinds_base, wrong, card)
    said = rf"network's backbone\.\n.*\n.*fit with '{ours}' in place of '{prefix}'"
    words = [*kinds, *FEW, *SMALL, f"base={kinds_base}"]
    with pytest.raises(NothingLoadedError, match=said):
        start(Assembly(configure("toy", words)))
    assert main(["run", "experiment=toy", *words, "run_folder=runs/second"]) == 2
    assert "none of its" in capsys.readouterr().err
    assert not list(Path("runs/second").glob("**/result.json"))
