import torch

from vierbein_lorentz.lorentz_block import VECTOR_STEP


def psi(z):
    return z.sign() * torch.log(1 + z.abs())


def published(backbone, events):
    """Follow the equations of arXiv:2201.08187 pair by pair, with the vectors themselves."""
    metric = torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64)

    def dot(a, b):
        return (a * b * metric).sum()

    x = list(events.p4)
    mass2 = torch.stack([dot(v, v) for v in x]).unsqueeze(1)
    scalars = torch.cat([psi(mass2), events.features[:, backbone.scalars.columns]], dim=1)
    h = list(backbone.entry(scalars))
    for block in backbone.message_blocks:
        new_h, new_x = [], []
        for h_i, x_i in zip(h, x, strict=True):
            heard, step = torch.zeros_like(h_i), torch.zeros_like(x_i)
            for h_j, x_j in zip(h, x, strict=True):
                seen = torch.stack([psi(dot(x_i - x_j, x_i - x_j)), psi(dot(x_i, x_j))])
                m = block.message_in(torch.cat([h_i, h_j, seen])).relu()
                m = block.message_out(m).relu()
                heard = heard + block.gate(m).sigmoid() * m
                if block.step is not None:
                    step = step + block.step(m) * x_j
            new_h.append(h_i + block.update(torch.cat([h_i, heard])))
            new_x.append(x_i + VECTOR_STEP * step)
        h, x = new_h, new_x
    return backbone.exit(torch.stack(h))


def test_it_computes_the_published_equations(network, make_events):
    """Also where the vectors move far: the steps are made a hundred times larger."""
    events = make_events((5, 1, 4))
    backbone = network("lorentz_net_tiny", events.schema).double()
    with torch.no_grad():
        for block in backbone.message_blocks[:-1]:
            block.step[-1].weight.mul_(100)
        found = backbone(events)
        for i in range(3):
            wanted = published(backbone, events.take(torch.tensor([i])))
            given = found.particles[i][found.mask[i]]
            torch.testing.assert_close(given, wanted, rtol=1e-10, atol=1e-10)
            torch.testing.assert_close(found.pooled[i], wanted.mean(0), rtol=1e-10, atol=1e-10)


def test_steps_of_vectors_matter(network, make_events):
    """Without them the products of four-momenta would be the same in every block."""
    events = make_events((5, 4))
    backbone = network("lorentz_net_tiny", events.schema).double()
    before = backbone(events).pooled
    with torch.no_grad():
        backbone.message_blocks[0].step[-1].weight.mul_(100)
    assert (backbone(events).pooled - before).abs().max() > 1e-4
