"""The independent pipeline computes what it says, and imports nothing of the networks."""

from pathlib import Path

import numpy as np
import pytest
import torch

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein.events.table import EventTable
from vierbein_safeguards import independent
from vierbein_safeguards.errors import NotIndependentError
from vierbein_safeguards.independence import require_independent
from vierbein_safeguards.independent import Independent, summaries

SCHEMA = FeatureSchema((Feature("charge"),), (Feature("pile_up"),))
PLANTS = (
    "from vierbein.interfaces.network import Network",
    "import vierbein.interfaces",
    "from vierbein import interfaces",
    "import torch",
    "from vierbein_tasks.trees import ClassTrees",
    "def late():\n    import vierbein.training.trainer",
    "def late():\n    return __import__('torch')",
    "import importlib",
    "from . import evaluated",
    "from vierbein_safeguards import evaluated",
    "from vierbein_safeguards.evaluated import evaluate",
)


def table(p4: list[list[float]], offsets: list[int], charges: list[float]) -> EventTable:
    return EventTable.of(
        EventBatch(
            SCHEMA,
            torch.tensor(p4, dtype=torch.float32),
            torch.tensor(charges)[:, None],
            torch.tensor(offsets),
            event_features=torch.arange(len(offsets) - 1.0)[:, None],
        )
    )


def test_summaries_of_two_back_to_back_photons_and_of_nothing() -> None:
    events = table([[5, 0, 0, 3], [3, 0, 0, -3]], [0, 2, 2], [1.0, -1.0])
    two, none = summaries(events)
    assert np.isfinite(none).all()
    # Their number, the logarithms of 1 + energy, momentum and mass; the leading shares and
    # dispersion; nothing has an angle to an axis of no length but a right one.
    expected = [2, np.log(9), 0, np.log(9), 0.5, 0.5, 0, 2**-0.5, np.pi / 2, np.pi**2 / 4]
    np.testing.assert_allclose(two[:10], expected, atol=1e-6)
    np.testing.assert_allclose(two[10:], [0, 1, -1, 1, 0], atol=1e-6)
    np.testing.assert_allclose(none, [*[0] * 14, 1], atol=1e-6)


def test_summaries_do_not_know_the_order_of_particles_or_the_table_s_choice() -> None:
    rng = np.random.default_rng(0)
    momenta = rng.normal(size=(6, 3))
    p4 = np.concatenate([np.linalg.norm(momenta, axis=1)[:, None], momenta], axis=1)
    charges = rng.normal(size=6)
    events = table(p4.tolist(), [0, 4, 6], charges.tolist())
    order = [2, 0, 3, 1, 5, 4]
    again = table(p4[order].tolist(), [0, 4, 6], charges[order].tolist())
    np.testing.assert_allclose(summaries(events), summaries(again), rtol=1e-5, atol=1e-6)
    chosen = events.choose(np.array([1]))
    np.testing.assert_allclose(summaries(chosen), summaries(events)[1:], rtol=1e-6)


def test_classes_that_training_never_saw_have_no_probability() -> None:
    events = table([[1, 0, 0, 1]] * 4, [0, 1, 2, 3, 4], [0.0, 0.0, 1.0, 1.0])
    one = Independent.fit(events, np.ones(4, np.int64), 3, 0)
    np.testing.assert_array_equal(one.probabilities(events), [[0, 1, 0]] * 4)
    two = Independent.fit(events, np.array([0, 0, 2, 2]), 3, 0).probabilities(events)
    assert (two[:, 1] == 0).all()
    assert two[0, 0] > 0.5 > two[3, 0]


def test_the_pipeline_is_independent() -> None:
    require_independent(Path(independent.__file__))


@pytest.mark.parametrize("plant", PLANTS)
def test_a_forbidden_import_is_refused(plant: str, tmp_path: Path) -> None:
    package = tmp_path / "vierbein_safeguards"
    package.mkdir()
    original = Path(independent.__file__)
    for name in ("independent.py", "evaluated.py"):
        (package / name).write_text(original.with_name(name).read_text("utf-8"), "utf-8")
    require_independent(package / "independent.py")
    with (package / "independent.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{plant}\n")
    with pytest.raises(NotIndependentError, match="must not import"):
        require_independent(package / "independent.py")
