import numpy as np
import pytest
import torch

from vierbein.errors.predictions import LossShapeError
from vierbein.interfaces.task import Task
from vierbein.training import evaluate
from vierbein.training.evaluate import collect, mean_loss, scores

LENGTHS = np.random.default_rng(5).integers(0, 30, 57).tolist()


@pytest.fixture(params=[(4, 10), (8, 57), (100, 1000), (1, 1)])
def sizes(request, monkeypatch):
    monkeypatch.setattr(evaluate, "BATCH", request.param[0])
    monkeypatch.setattr(evaluate, "CHUNK", request.param[1])
    return request.param


def test_results_stand_in_the_tables_order(sizes, make_table):
    chosen = np.random.default_rng(1).permutation(57)[:43]
    table = make_table(LENGTHS, seed=1).choose(chosen)
    seen = []

    def function(events):
        seen.append(len(events))
        assert not torch.is_grad_enabled()
        return torch.stack([events.event_id, events.num_particles], dim=1)

    found = collect(table, function)
    assert found[:, 0].tolist() == table.ids.tolist()
    assert found[:, 1].tolist() == table.num_particles.tolist()
    assert sum(seen) == 43
    assert max(seen) <= sizes[0]


def test_scores_do_not_depend_on_batches(sizes, attention_network, task, make_table):
    network, table = attention_network(dropout=0.5), make_table(LENGTHS)
    found = scores(network, task, table)
    one_by_one = [network(table.take(np.array([i]))).item() for i in range(len(table))]
    assert found[:, 0] == pytest.approx(one_by_one, abs=1e-5)


def test_the_mean_loss_is_weighted_and_negative_weights_count(linear_network, task, make_table):
    weights = np.linspace(-0.5, 2, 57)
    network, table = linear_network(), make_table(LENGTHS, event_weight=weights)
    with torch.no_grad():
        losses = task.loss(network(table.take()), table.take()).double().numpy()
    expected = (losses * weights).sum() / weights.sum()
    network.train()
    assert mean_loss(network, task, table) == pytest.approx(expected, rel=1e-5)
    assert network.training


def test_no_events_have_no_scores(linear_network, task, make_table):
    assert len(scores(linear_network(), task, make_table([]))) == 0


def test_a_loss_of_the_wrong_shape_is_refused(linear_network, task, make_table):
    @Task.register
    class Broadcasting:
        """(N, 1) minus (N,) is (N, N): learns the mean, and says nothing."""

        def loss(self, prediction, events):
            return (prediction - events.truth_of("y").unsqueeze(1)) ** 2

    with pytest.raises(LossShapeError, match=r"\(57, 1\)"):
        mean_loss(linear_network(), Broadcasting(), make_table(LENGTHS))
