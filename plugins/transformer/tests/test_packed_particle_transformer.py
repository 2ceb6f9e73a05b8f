"""The packed network against weaver-core's own, which the published parameters belong to."""

from time import process_time

import pytest
import torch
from weaver.nn.model.ParticleTransformer import ParticleTransformer as Published

from vierbein.events.batch import EventBatch, Padded
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_transformer.errors import HeadsError
from vierbein_transformer.packed_particle_transformer import PackedParticleTransformer
from vierbein_transformer.published_names import published_name

NUM_FEATURES = 17
SCHEMA = FeatureSchema(tuple(Feature(f"feature_{i}") for i in range(NUM_FEATURES)))
LENGTHS = [7, 0, 1, 12, 3, 12]


def draw_jets(lengths, dtype=torch.float32):
    rng = torch.Generator().manual_seed(1)
    total = sum(lengths)

    def draw(*shape):
        return torch.randn(total, *shape, generator=rng, dtype=torch.float64)

    pt, eta, phi = 10 * draw().exp(), 0.3 * draw(), 0.3 * draw()
    p4 = torch.stack([pt * eta.cosh(), pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()], dim=1)
    offsets = torch.tensor([0, *lengths]).cumsum(0)
    return EventBatch(SCHEMA, p4.to(dtype), draw(NUM_FEATURES).to(dtype), offsets)


def build_published(dtype=torch.float32):
    """weaver's network in the published configuration, off its start, without dropout."""
    torch.manual_seed(0)
    plain = {"dropout": 0.0, "attn_dropout": 0.0, "activation_dropout": 0.0}
    network = Published(
        NUM_FEATURES,
        num_classes=10,
        use_pre_activation_pair=False,
        block_params=plain,
        cls_block_params=plain,
        trim=False,
    )
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
        for name, buffer in network.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_()
            elif name.endswith("running_var"):
                buffer.uniform_(0.5, 2.0)
    return network.to(dtype)


def build_both(dtype=torch.float32, **settings):
    """The same parameters in both; the published head is taken off."""
    published = build_published(dtype)
    packed = PackedParticleTransformer(SCHEMA, **{"dropout": 0.0} | settings).to(dtype)
    names = packed.published_names()
    found, _ = names.translate(published.state_dict(), packed.state_dict(), "published")
    packed.load_state_dict(found, strict=True)
    published.fc = torch.nn.Identity()
    return published, packed


def ask(published, events):
    padded = events.padded
    p4 = padded.p4[..., [1, 2, 3, 0]]
    inputs = (padded.features.mT, p4.mT, padded.mask.unsqueeze(1))
    return published(*(part.contiguous() for part in inputs))


def apart(given, expected):
    return float(((given - expected).abs().max() / expected.abs().max()).detach())


def gradients_apart(published, packed, events):
    """The largest difference of any parameter's gradient, over its largest entry; 0 of 0 counts
    against the largest gradient of all."""
    rng = torch.Generator().manual_seed(5)
    direction = torch.randn(len(events), packed.width, generator=rng, dtype=events.p4.dtype)
    (ask(published, events) * direction).sum().backward()
    (packed(events).pooled * direction).sum().backward()
    theirs = {name: p.grad for name, p in published.named_parameters()}
    largest = max(float(g.abs().max()) for g in theirs.values())
    worst = 0.0
    for name, parameter in packed.named_parameters():
        expected = theirs[published_name(name)].flatten()
        given = torch.zeros_like(expected) if parameter.grad is None else parameter.grad.flatten()
        scale = max(float(expected.abs().max()), 1e-4 * largest)
        worst = max(worst, float((given - expected).abs().max()) / scale)
    return worst


@pytest.fixture(params=[(torch.float32, 1e-5), (torch.float64, 1e-12)], ids=["single", "double"])
def precision(request):
    return request.param


def test_answers_as_the_published_network(precision):
    dtype, tolerance = precision
    published, packed = build_both(dtype)
    published.eval(), packed.eval()
    events = draw_jets([5, 40, 17, 1, 40, 64], dtype)
    with torch.no_grad():
        assert apart(packed(events).pooled, ask(published, events)) < tolerance


def test_particles_as_the_published_network():
    published, packed = build_both(torch.float64)
    published.eval(), packed.eval()
    published.cls_blocks, published.fc = None, None  # then it gives its particles
    events = draw_jets([5, 17, 1], torch.float64)
    with torch.no_grad():
        particles, empty = ask(published, events)
        particles = particles.masked_fill(empty.unsqueeze(-1), 0.0)
        assert apart(packed(events).particles, particles) < 1e-12


def test_gradients_in_evaluation_as_the_published_network():
    published, packed = build_both(torch.float64)
    published.eval(), packed.eval()
    assert gradients_apart(published, packed, draw_jets([5, 17, 1, 9], torch.float64)) < 1e-9


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-3), (torch.float64, 1e-9)], ids=["single", "double"]
)
def test_learns_as_the_published_network(dtype, tolerance):
    # Of equal length: weaver's input normalisation counts empty slots.
    published, packed = build_both(dtype)
    assert gradients_apart(published, packed, draw_jets([20] * 6, dtype)) < tolerance
    state = packed.state_dict()
    theirs = published.state_dict()
    ours = {published_name(name): tensor for name, tensor in state.items()}
    running = [name for name in ours if "running" in name]
    assert len(running) == 12
    assert max(apart(ours[name], theirs[name]) for name in running) < tolerance


def test_statistics_count_real_particles_and_pairs():
    _, packed = build_both(torch.float64)
    events = draw_jets(LENGTHS, torch.float64)
    packed.load_state_dict(PackedParticleTransformer(SCHEMA).state_dict())
    packed(events)
    seen = packed.entry.embedding.input_norm
    torch.testing.assert_close(seen.running_mean, 0.1 * events.features.mean(0))
    torch.testing.assert_close(seen.running_var, 0.9 + 0.1 * events.features.var(0))
    z = []  # the second interaction feature, by hand
    for start, end in zip(events.offsets[:-1], events.offsets[1:], strict=True):
        pt = events.p4[start:end, 1:3].norm(dim=1)
        z += [(min(a, b) / (a + b)).log() for i, a in enumerate(pt) for b in pt[: i + 1]]
    seen = packed.entry.pairs.norms[0]
    torch.testing.assert_close(seen.running_mean[1], 0.1 * torch.stack(z).mean())
    torch.testing.assert_close(seen.running_var[1], 0.9 + 0.1 * torch.stack(z).var())


def test_padded_layout_gives_the_same():
    _, packed = build_both(torch.float64)
    packed.eval()
    events = draw_jets(LENGTHS, torch.float64)
    only_padded = EventBatch.from_padded(SCHEMA, events.padded)
    with torch.no_grad():
        given, expected = packed(only_padded), packed(events)
    assert "p4" not in only_padded.__dict__  # nothing asked for jagged columns
    assert apart(given.pooled, expected.pooled) < 1e-12
    assert apart(given.particles, expected.particles) < 1e-12


def test_learning_from_the_padded_layout_is_the_same():
    _, packed = build_both(torch.float64)
    events = draw_jets(LENGTHS, torch.float64)
    expected = packed(events).pooled
    assert apart(packed(EventBatch.from_padded(SCHEMA, events.padded)).pooled, expected) < 1e-12


def test_can_be_traced_with_free_axes():
    settings = {"width": 16, "num_heads": 2, "num_blocks": 1, "embedding_width": 0}
    packed = PackedParticleTransformer(SCHEMA, **settings, pair_width=8, num_pair_layers=1).eval()

    class Function(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.packed = packed

        def forward(self, p4, features, mask):
            found = self.packed(EventBatch.from_padded(SCHEMA, Padded(p4, features, mask)))
            return found.particles, found.pooled

    def blocks(lengths):
        padded = draw_jets(lengths).padded
        return padded.p4, padded.features, padded.mask

    axes = {0: torch.export.Dim("event"), 1: torch.export.Dim("slot")}
    program = torch.export.export(Function(), blocks([4, 9]), dynamic_shapes=(axes,) * 3)
    for lengths in (LENGTHS, [3, 2], [30]):
        inputs = blocks(lengths)
        for given, expected in zip(program.module()(*inputs), Function()(*inputs), strict=True):
            torch.testing.assert_close(given, expected, rtol=1e-5, atol=1e-5)


def test_half_precision_under_autocast():
    _, packed = build_both()
    events = draw_jets([30, 22, 30, 5])
    packed.eval()
    with torch.no_grad():
        exact = packed(events).pooled
        with torch.autocast("cpu", torch.bfloat16):
            rough = packed(events).pooled
    assert 1e-6 < apart(rough, exact) < 3e-2
    gradients = []
    packed.train()
    for enabled in (False, True):
        packed.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            answer = packed(events).pooled.sum(0)[:5].sum()
        answer.backward()
        found = [p.grad for p in packed.parameters() if p.grad is not None]
        assert {g.dtype for g in found} == {torch.float32}
        gradients.append(torch.cat([g.flatten() for g in found]))
    assert torch.nn.functional.cosine_similarity(*gradients, dim=0) > 0.99


def test_empty_events_learn_and_stay_finite():
    _, packed = build_both()
    for lengths in (LENGTHS, [0, 0], [1]):
        packed.zero_grad()
        found = packed(draw_jets(lengths))
        (found.pooled.square().sum() + found.particles.sum()).backward()
        tensors = [*packed.state_dict().values(), found.pooled]
        tensors += [p.grad for p in packed.parameters() if p.grad is not None]
        assert all(each.isfinite().all() for each in tensors)


def test_dropout_acts_in_training_alone():
    _, packed = build_both(dropout=0.5)
    events = draw_jets(LENGTHS)
    first, second = packed(events), packed(events)
    assert not torch.equal(first.pooled, second.pooled)
    packed.eval()
    assert torch.equal(packed(events).pooled, packed(events).pooled)


def test_blocks_are_all_of_it_by_depth():
    packed = PackedParticleTransformer(SCHEMA)
    blocks = packed.blocks()
    of_blocks = [id(p) for block in blocks for p in block.parameters()]
    assert sorted(of_blocks) == sorted(id(p) for p in packed.parameters())
    called = []
    for i, block in enumerate(blocks):
        block.register_forward_hook(lambda *each, i=i: called.append((i, each[-1])))
    packed(draw_jets([3, *[90] * 23]))  # more than one part
    assert [i for i, _ in called] == list(range(len(blocks)))
    # Tuners insert behind blocks: all particles stand in one tensor.
    assert {tuple(given.shape) for _, given in called[1:-1]} == {(3 + 90 * 23, packed.width)}


def test_heads_that_do_not_divide_the_width():
    with pytest.raises(HeadsError):
        PackedParticleTransformer(SCHEMA, width=50)


def test_is_faster_than_the_published_network():
    # A loose floor, of CPU time in turns; benchmarks/particle_transformer.py measures.
    published, packed = build_both()
    rng = torch.Generator().manual_seed(2)
    lengths = torch.randn(40, generator=rng).mul(20).add(45).long().clamp(5, 128).tolist()
    events = draw_jets(lengths)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)

    def seconds(function):
        begun = process_time()
        function()
        return process_time() - begun

    def ours():
        packed(
            EventBatch(SCHEMA, events.p4, events.features, events.offsets)
        ).pooled.sum().backward()

    rounds = [
        (seconds(lambda: ask(published, events).sum().backward()), seconds(ours)) for _ in range(4)
    ]
    torch.set_num_threads(threads)
    ratios = sorted(theirs / mine for theirs, mine in rounds[1:])
    assert ratios[1] > 1.3, ratios
