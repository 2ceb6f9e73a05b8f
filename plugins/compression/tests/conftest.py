"""Untrained networks around small students, and what compressors work with."""

import pytest
import torch

from vierbein.events.table import EventTable
from vierbein.interfaces.compressor import Materials
from vierbein.interfaces.network import Network
from vierbein.interfaces.projection import Projection
from vierbein.interfaces.trainer import TrainingEvents
from vierbein.testing.made_events import made_events
from vierbein.testing.made_task import MadeTask, kinds
from vierbein.testing.small_network import SCHEMA
from vierbein.training.settings import TrainingSettings
from vierbein.training.trainer import FabricTrainer
from vierbein_compression.deep_sets import DeepSets


def build(kind=DeepSets, seed=0, task=None, **settings):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        projection = Projection(SCHEMA, SCHEMA, dict.fromkeys(SCHEMA.names, (0.1, 2.0)))
        student = kind(SCHEMA, **{"width": 8, **settings})
        head = (task or MadeTask()).head(student.width)
        return Network(projection, student, head).eval()


def draw(num=64, seed=0):
    return made_events(SCHEMA, [3] * num, seed=seed, truth=kinds(num, seed))


def gather(events=None, task=None, fresh=build):
    table = EventTable.of(draw() if events is None else events)
    trainer = FabricTrainer(TrainingSettings(batch_size=len(table), warmup=0.0), 0)
    return Materials(task or MadeTask(), trainer, TrainingEvents(table, table), fresh)


@pytest.fixture
def make_student():
    return build


@pytest.fixture
def make_events():
    return draw


@pytest.fixture
def materials():
    return gather
