import pytest
import torch

from vierbein.errors.features import UnknownFeatureError, UnknownParticleError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.pdg_embedding import PdgEmbedding


def events(*codes: int) -> EventBatch:
    pdg, num = torch.tensor(codes), len(codes)
    return EventBatch(
        FeatureSchema(), torch.ones(num, 4), torch.zeros(num, 0), torch.tensor([0, num]), pdg=pdg
    )


def test_a_particle_has_the_row_of_its_code_whatever_their_order() -> None:
    embedding = PdgEmbedding([2212, -211, 22], width=3)
    found = embedding(events(22, 2212, -211, 22))
    assert torch.equal(found, embedding.rows[[2, 0, 1, 2]])


@pytest.mark.parametrize("code", [211, -13, 3122, 1_000_060_120])
def test_an_unknown_code_is_an_error_or_one_of_the_others(code: int) -> None:
    with pytest.raises(UnknownParticleError, match=rf"know: {code}\n  It knows: 22, -211\n"):
        PdgEmbedding([22, -211], width=3)(events(22, code))
    embedding = PdgEmbedding([22, 0, -211], width=3)
    assert torch.equal(embedding(events(code, 22)), embedding.rows[[1, 0]])


def test_events_without_codes_are_refused_by_name() -> None:
    bare = events(22)
    bare.pdg = None
    with pytest.raises(UnknownFeatureError, match="no feature 'pdg'"):
        PdgEmbedding([22], width=3)(bare)


def test_the_codes_are_settings_and_not_parameters() -> None:
    embedding = PdgEmbedding([22, 11, 22], width=3)
    assert embedding.codes == (22, 11)
    assert set(embedding.state_dict()) == {"rows"}
    assert embedding.columns.names == ("22", "11")
