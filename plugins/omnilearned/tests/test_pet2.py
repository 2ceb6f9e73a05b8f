"""What silently goes wrong with the published network, and does not with ours around it."""

import math
from importlib import metadata

import pytest
import torch

from vierbein.events.batch import EventBatch
from vierbein.events.schema import Feature, FeatureSchema
from vierbein_omnilearned import pet2
from vierbein_omnilearned.errors import KindsMissingError, OmniLearnedMissingError
from vierbein_omnilearned.pet2 import Pet2

SCHEMA = FeatureSchema((Feature("tanh_d0"), Feature("charge", "e")))
SMALL = {"width": 16, "num_heads": 2, "num_blocks": 1, "num_local_blocks": 1, "num_tokens": 2}


def build(**settings):
    torch.manual_seed(0)
    return Pet2(SCHEMA, **SMALL, **{"num_neighbours": 4} | settings).double().eval()


def events(pt, *, turn=0.0, lengths=None, pdg=None, features=None):
    """Give massless particles of given transverse momenta, side by side."""
    pt = torch.tensor(pt, dtype=torch.float64)
    place = torch.arange(len(pt), dtype=torch.float64)
    eta, phi = 0.1 * place, 0.2 * (place % 3) + turn
    p4 = torch.stack([pt * eta.cosh(), pt * phi.cos(), pt * phi.sin(), pt * eta.sinh()], 1)
    offsets = torch.tensor([0, *(lengths or [len(pt)])]).cumsum(0)
    if features is None:
        features = torch.stack([place.sin(), place.cos()], 1)
    return EventBatch(SCHEMA, p4, features, offsets, pdg=pdg)


def pooled(backbone, batch):
    with torch.no_grad():
        return backbone(batch).pooled


def test_trap_04_a_particle_of_one_gev_does_not_vanish():
    backbone = build()
    pt = [3.0, 1.0, 7.0, 5.0, 2.0, 4.0]
    batch = events(pt)
    other = batch.features.clone()
    other[1] = torch.tensor([2.0, -2.0])
    assert float((batch.p4[1, 1] ** 2 + batch.p4[1, 2] ** 2).sqrt().log()) == pytest.approx(0)
    x = pet2._kinematics(batch.padded.p4, batch.padded.mask)
    assert (x[0, :, 2] != 0).all()
    assert not torch.allclose(pooled(backbone, events(pt, features=other)), pooled(backbone, batch))
    near = [3.0, 1.001, 7.0, 5.0, 2.0, 4.0]  # nor is there a jump at that momentum
    torch.testing.assert_close(
        pooled(backbone, events(near)), pooled(backbone, batch), rtol=0.01, atol=1e-3
    )


def test_trap_05_any_number_of_particles_is_enough():
    backbone = build(num_neighbours=10)
    few = events([3.0, 1.0, 2.0], lengths=[2, 0, 1])
    assert pooled(backbone, few).isfinite().all()
    alone = few.take(torch.tensor([2]))
    torch.testing.assert_close(pooled(backbone, alone)[0], pooled(backbone, few)[2])


def test_trap_06_azimuth_is_a_circle():
    backbone = build()
    pt = [3.0, 1.5, 7.0, 5.0, 2.0, 4.0]
    expected = pooled(backbone, events(pt))
    for turn in (math.pi - 0.1, 2 * math.pi, -3.0):
        torch.testing.assert_close(pooled(backbone, events(pt, turn=turn)), expected)


def test_double_precision_is_no_other_function():
    """torch's fused attention misreads a mask in single precision; the batch's length shows it."""
    backbone, pt = build(), [3.0, 1.5, 7.0, 5.0, 2.0, 4.0]
    short, long = events(pt), events([*pt, *[2.0] * 40], lengths=[6, 40])
    torch.testing.assert_close(pooled(backbone, long)[0], pooled(backbone, short)[0])


def test_kinds_are_told_apart_by_their_codes():
    backbone, pt = build(kinds=[211, 22]), [3.0, 1.5, 7.0]
    codes = torch.tensor([211, 22, -211])
    expected = pooled(backbone, events(pt, pdg=codes))
    torch.testing.assert_close(pooled(backbone, events(pt, pdg=codes.abs())), expected)
    assert not torch.allclose(pooled(backbone, events(pt, pdg=codes.flip(0) * 0 + 22)), expected)
    with pytest.raises(KindsMissingError, match=r"backbone\.kinds=\[\]"):
        backbone(events(pt))


def test_without_the_package(monkeypatch):
    def absent(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", lambda name: "0.1.0")
    with pytest.raises(OmniLearnedMissingError, match=r"Found: 0\.1\.0"):
        build()
    monkeypatch.setattr(metadata, "version", absent)
    with pytest.raises(OmniLearnedMissingError, match=r"--no-deps omnilearned==0\.2\.0"):
        build()
