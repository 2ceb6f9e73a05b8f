"""Every planted fault is caught by the check that is for it; the good twins pass everything."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parent / "planted"
sys.path.insert(0, str(FOLDER))
try:
    from vierbein_planted import faults as planted_faults
finally:
    sys.path.remove(str(FOLDER))

FAULTS = planted_faults.faults()
GOOD = [(kind, name) for kind, names in planted_faults.GOOD.items() for name in names]


@pytest.fixture(scope="module", autouse=True)
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    with planted_faults.planted(tmp_path_factory.mktemp("planted")):
        yield planted_faults


@pytest.mark.parametrize(("kind", "name"), GOOD, ids=[name for _, name in GOOD])
def test_the_good_twin_passes_every_check(kind: str, name: str) -> None:
    assert planted_faults.broken(planted_faults.contract(kind, name)) == {}


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{f.kind}-{f.name}" for f in FAULTS])
def test_the_fault_is_caught_and_explained(fault) -> None:
    tests = planted_faults.contract(fault.kind, fault.name, fault.distribution)
    said = planted_faults.outcome(tests, fault.check)
    assert len(said.splitlines()) >= 3, said


def test_there_are_many() -> None:
    assert len(FAULTS) >= 30
    assert {fault.kind for fault in FAULTS} == set(planted_faults.GOOD)
