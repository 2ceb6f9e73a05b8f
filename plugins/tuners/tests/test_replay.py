import pytest

from vierbein.errors.runs import ImpossibleSettingError
from vierbein_tuners.replay import Replay


def test_its_share_is_what_the_experiment_asks_for():
    assert Replay(share=0.3).replay == 0.3


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_is_between_0_and_1(share):
    with pytest.raises(ImpossibleSettingError, match=r"tuner\.replay\.share"):
        Replay(share=share)
