"""From weaver's state dicts to bases: which name becomes which."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from torch import Tensor

from vierbein.errors.published import PublishedCardError
from vierbein.interfaces.backbone import Backbone
from vierbein.interfaces.published import (
    COMPONENT,
    find_card,
    read_checkpoint,
    schema_of,
    settings_of,
    write_base,
)
from vierbein_weaver.particle_net import ParticleNet
from vierbein_weaver.weaver_particle_transformer import WeaverParticleTransformer

KNOWN: Final = Path(__file__).parent / "published"
"""Cards of the checkpoints that are known."""

NAMES: Final[Mapping[str, tuple[type[Backbone], tuple[tuple[str, str], ...]]]] = MappingProxyType(
    {
        "particle_net": (
            ParticleNet,
            (
                (r"^mod\.fc\.1\.", "head.linear."),
                (r"^mod\.fc\.0\.0\.", "backbone.fc.0."),
                (r"^mod\.", "backbone."),
            ),
        ),
        "weaver_particle_transformer": (
            WeaverParticleTransformer,
            (
                (r"^mod\.fc\.0\.", "head.linear."),
                (r"in_proj_(weight|bias)$", r"in_proj.\1"),  # as versions before 0.5 named it
                (r"^mod\.", "backbone.network."),
            ),
        ),
    }
)
"""Backbone -> its class, and patterns of published names with what stands for them."""


def import_checkpoint(file: Path, folder: Path, card: Path | None = None) -> dict[str, Any]:
    """Make a base of a published checkpoint.

    Parameters
    ----------
    file
        A state dict, written by weaver.
    folder
        Where the base goes.
    card
        What the file is; without it, that of the known one with its sha256.

    Returns
    -------
    dict
        The card.

    Raises
    ------
    UnknownCheckpointError, HashMismatchError
        If there is no card of this file.
    CheckpointMismatchError
        If a tensor is missing or left over, as after a wrong prefix.
    """
    said = find_card(file, sorted(KNOWN.glob("*.json")), card)
    component = said["backbone"][COMPONENT].rpartition("/")[2]
    if component not in NAMES:
        raise PublishedCardError(said["name"], [f"one of the backbones {', '.join(NAMES)}"])
    kind, patterns = NAMES[component]
    backbone = kind(schema_of(said), **settings_of(said))
    parts: dict[str, dict[str, Tensor]] = {"backbone": {}, "head": {}}
    own = backbone.state_dict()
    for name, tensor in read_checkpoint(file, said).items():
        prefix, _, ours = _renamed(name, patterns).partition(".")
        part, ours = (prefix, ours) if prefix in parts else ("backbone", name)
        wanted = own[ours].shape if ours in own else tensor.shape
        # A convolution of size one is a linear layer.
        is_linear = (*wanted, *[1] * (tensor.ndim - len(wanted))) == tuple(tensor.shape)
        parts[part][ours] = tensor.reshape(wanted) if is_linear else tensor
    write_base(folder, backbone, parts["backbone"], parts["head"], said)
    return said


def _renamed(name: str, patterns: tuple[tuple[str, str], ...]) -> str:
    for pattern, instead in patterns:
        name = re.sub(pattern, instead, name)
    return name
