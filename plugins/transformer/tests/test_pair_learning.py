import pytest
import torch
from torch.nn import functional

from vierbein_transformer import pair_learning
from vierbein_transformer.pair_learning import NormalisedLayers

EPS = 1e-5


def inputs():
    rng = torch.Generator().manual_seed(0)

    def draw(*shape):
        return torch.randn(*shape, generator=rng, dtype=torch.float64)

    rows, first, shift = draw(4, 11), draw(5, 4), draw(5, 1)
    others = [draw(3, 5), draw(3), draw(3), draw(2, 3), draw(2), draw(2)]
    return (
        rows,
        first.requires_grad_(),
        shift.requires_grad_(),
        *(x.requires_grad_() for x in others),
    )


@pytest.fixture(params=[3, 11, 64])
def chunk(request, monkeypatch):
    monkeypatch.setattr(pair_learning, "CHUNK", request.param)


@pytest.mark.usefixtures("chunk")
def test_is_batch_normalisation():
    rows, first, shift, *others = inputs()
    found, *statistics = NormalisedLayers.apply(rows, first, shift, EPS, *others)
    hidden = first @ rows + shift
    for matrix, scale, bias in zip(others[::3], others[1::3], others[2::3], strict=True):
        products = matrix @ functional.gelu(hidden)
        mean, variance = products.mean(1), products.var(1, correction=0)
        torch.testing.assert_close([*statistics[:2]], [mean, variance])
        del statistics[:2]
        hidden = functional.batch_norm(products.T, None, None, scale, bias, True, eps=EPS).T
    torch.testing.assert_close(found, hidden)


@pytest.mark.usefixtures("chunk")
def test_gradients():
    rows, *others = inputs()

    def function(first, shift, *layers):
        return NormalisedLayers.apply(rows, first, shift, EPS, *layers)[0]

    assert torch.autograd.gradcheck(function, tuple(others))
