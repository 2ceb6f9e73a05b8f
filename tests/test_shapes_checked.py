"""The test run itself: what is annotated is checked."""

import jaxtyping
import pytest
import torch

from vierbein.events.jagged import segment_sum
from vierbein_transformer.pairs import pair_logarithms


def test_shapes_are_checked_in_the_core_and_in_plugins():
    offsets = torch.tensor([0, 2, 3])
    with pytest.raises(jaxtyping.TypeCheckError, match="values"):
        segment_sum(torch.ones(3, 1), offsets)
    with pytest.raises(jaxtyping.TypeCheckError, match="p4"):
        pair_logarithms(torch.ones(2, 3, 5))


def test_whole_numbers_are_numbers_and_text_is_not():
    from vierbein.experiment.report.wording import duration

    assert duration(3) == "3.0 s"
    with pytest.raises(jaxtyping.TypeCheckError, match="seconds"):
        duration("3")
