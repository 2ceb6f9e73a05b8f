import pytest
import torch
from torch.nn import functional

from vierbein_transformer import pair_learning
from vierbein_transformer.pair_learning import PairLayer


def draw(*shape):
    rng = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, generator=rng, dtype=torch.float64).requires_grad_()


@pytest.fixture(params=[3, 11, 64])
def chunk(request, monkeypatch):
    monkeypatch.setattr(pair_learning, "CHUNK", request.param)


@pytest.mark.usefixtures("chunk")
def test_products_and_sums():
    rows, scale, shift, matrix = draw(5, 11), draw(5, 1), draw(5, 1), draw(3, 5)
    products, sums = PairLayer.apply(rows, scale, shift, matrix)
    expected = matrix @ functional.gelu(rows * scale + shift)
    torch.testing.assert_close(products, expected)
    torch.testing.assert_close(sums, torch.stack([expected.sum(1), expected.square().sum(1)]))


@pytest.mark.usefixtures("chunk")
def test_gradients_of_a_scaled_layer():
    inputs = draw(5, 11), draw(5, 1), draw(5, 1), draw(3, 5)
    assert torch.autograd.gradcheck(PairLayer.apply, inputs)


@pytest.mark.usefixtures("chunk")
def test_gradients_of_a_layer_behind_a_matrix():
    rows, inputs = draw(4, 11).detach(), (draw(5, 4), draw(5, 1), draw(3, 5))
    assert torch.autograd.gradcheck(lambda *others: PairLayer.apply(rows, *others), inputs)
