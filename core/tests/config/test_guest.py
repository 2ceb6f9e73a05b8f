"""Composing inside somebody else's Hydra program."""

from dataclasses import dataclass

import pytest
from hydra import compose, initialize_config_dir, version
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from vierbein.config.guest import HAS_VERSION_BASE
from vierbein.errors.plugins import UnknownComponentError
from vierbein.errors.settings import ForeignReferenceError

BASE = {"version_base": "1.2"} if HAS_VERSION_BASE else {}
REGISTER = "register_new_resolver" if HAS_VERSION_BASE else "register_resolver"


@dataclass
class Theirs:
    _target_: str = "os.system"
    width: int = 1


@pytest.fixture
def program(tmp_path):
    """A Hydra program with a store, a resolver and a configuration of its own, initialised."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "main.yaml").write_text("answer: 42\n")
    store = ConfigStore.instance()
    store.store(group="backbone", name="particle_transformer", node=Theirs)
    store.store(group="backbone", name="theirs", node=Theirs)
    getattr(OmegaConf, REGISTER)("their_eval", lambda text: pytest.fail(f"ran {text}"))
    with initialize_config_dir(str(folder), **BASE):
        yield
    del store.repo["backbone"]
    OmegaConf.clear_resolver("their_eval")


def test_the_program_goes_on_as_before(composed, program):
    before, base = GlobalHydra.instance(), version.getbase()
    hydra = before.hydra
    assert composed("experiment=quickstart").config.backbone.width == 64
    assert GlobalHydra.instance() is before
    assert before.hydra is hydra
    assert version.getbase() == base
    assert compose("main").answer == 42
    assert "theirs.yaml" in ConfigStore.instance().repo["backbone"]
    assert OmegaConf.has_resolver("their_eval")


def test_what_the_program_stores_is_not_ours(composed, program):
    with pytest.raises(UnknownComponentError):
        composed("backbone=theirs")


def test_a_configuration_cannot_call_the_programs_resolvers(composed, program):
    with pytest.raises(ForeignReferenceError, match="their_eval"):
        composed("note=${their_eval:1+1}")


def test_an_error_too_leaves_everything_as_it_was(composed, program):
    hydra = GlobalHydra.instance().hydra
    with pytest.raises(UnknownComponentError):
        composed("backbone=nobody")
    assert GlobalHydra.instance().hydra is hydra
    assert OmegaConf.has_resolver("their_eval")


def test_nothing_is_initialised_afterwards(composed):
    composed("")
    assert not GlobalHydra.instance().is_initialized()


def test_compositions_do_not_know_of_each_other(composed, write):
    first = composed("experiment=quickstart tuner=lora tuner.rank=8")
    write("conf/experiment/quickstart.yaml", "seed: 9\n")
    second = composed("experiment=quickstart")
    again = composed("seed=9")
    assert first.config.tuner.lora.rank == 8
    assert second.config == again.config
