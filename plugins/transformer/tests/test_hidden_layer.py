import torch
from torch.nn import functional

from vierbein_transformer.hidden_layer import HiddenLayer

EPS = 1e-5


def draw(*shape):
    rng = torch.Generator().manual_seed(sum(shape))
    return torch.randn(*shape, generator=rng, dtype=torch.float64).requires_grad_()


def inputs():
    return draw(3, 6), draw(6), draw(6).detach().requires_grad_(), draw(2, 6), draw(2)


def test_is_four_layers():
    hidden, scale, shift, matrix, bias = inputs()
    normed = functional.layer_norm(functional.gelu(hidden), (6,), scale, shift, EPS)
    found = HiddenLayer.apply(hidden, scale, shift, matrix, bias, EPS, 0.0)
    torch.testing.assert_close(found, functional.linear(normed, matrix, bias))


def test_gradients():
    assert torch.autograd.gradcheck(lambda *each: HiddenLayer.apply(*each, EPS, 0.0), inputs())


def test_gradients_with_dropout():
    def function(*each):
        torch.manual_seed(1)  # the same activations are lost each time
        return HiddenLayer.apply(*each, EPS, 0.4)

    assert torch.autograd.gradcheck(function, inputs())
    assert not torch.equal(function(*inputs()), HiddenLayer.apply(*inputs(), EPS, 0.0))
