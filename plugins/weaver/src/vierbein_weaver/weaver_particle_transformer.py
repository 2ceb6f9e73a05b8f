"""The Particle Transformer of weaver-core, as it was published."""

from collections.abc import Sequence
from importlib import import_module, metadata
from typing import Any

import torch
from torch import nn

from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone, Representation
from vierbein.interfaces.published import PublishedNames
from vierbein_weaver.errors import WeaverMissingError

_VERSION = "0.5.3"


class WeaverParticleTransformer(Backbone):
    """The published network [1]_ itself, for its checkpoints; needs `weaver-core`.

    For training from scratch `particle_transformer` of vierbein-transformer is the faster one.
    Per-event features are not used.

    Parameters
    ----------
    schema
        The features that it is given.
    embed_widths
        Of the layers that embed features; the last is that of the representation.
    pair_widths
        Of the layers that make attention bias of pairs.
    num_heads
        Attention heads.
    num_blocks
        Blocks of attention between particles.
    num_class_blocks
        Blocks of attention of the class vector to the particles.
    clip
        Largest size of a standardised feature; larger ones are cut.
    dropout
        Probability of losing a number inside the particle blocks.

    Raises
    ------
    WeaverMissingError
        If the package is not there.

    References
    ----------
    .. [1] H. Qu, C. Li, S. Qian, arXiv:2202.03772.
    """

    network: Any  # the package has no types

    def __init__(
        self,
        schema: FeatureSchema,
        *,
        embed_widths: Sequence[int] = (128, 512, 128),
        pair_widths: Sequence[int] = (64, 64, 64),
        num_heads: int = 8,
        num_blocks: int = 8,
        num_class_blocks: int = 2,
        clip: float = 5.0,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.schema = schema
        self.width = embed_widths[-1]
        self.clip = clip
        kinds = ("dropout", "attn_dropout", "activation_dropout")
        self.network = _published()(
            input_dim=len(schema.features),
            pair_input_dim=4,
            use_pre_activation_pair=False,
            embed_dims=tuple(embed_widths),
            pair_embed_dims=tuple(pair_widths),
            num_heads=num_heads,
            num_layers=num_blocks,
            num_cls_layers=num_class_blocks,
            block_params=dict.fromkeys(kinds, dropout),
            cls_block_params=dict.fromkeys(kinds, 0.0),
            fc_params=None,
            trim=False,
        )

    def forward(self, events: EventBatch) -> Representation:
        """Represent a batch."""
        padded, mask = events.padded, events.padded.mask
        # Its normalisations need two slots to learn, its attention one particle to attend to: an
        # event without any has an all-zero one.
        grow = (0, 0, 0, max(0, 2 - mask.shape[1]))
        features = nn.functional.pad(padded.features.clamp(-self.clip, self.clip), grow)
        p4 = nn.functional.pad(padded.p4, grow).roll(-1, dims=2)  # energy last
        shown = nn.functional.pad(mask, grow[2:])
        first = torch.arange(shown.shape[1], device=mask.device) == 0
        shown = shown | (~mask.any(1, keepdim=True) & first)
        x, hidden = self.network._forward_encoder(  # noqa: SLF001 - no other door gives particles
            features.transpose(1, 2), v=p4.transpose(1, 2), mask=shown.unsqueeze(1)
        )
        pooled = self.network._forward_aggregator(x, hidden)  # noqa: SLF001
        particles = self.network.norm(x[:, : mask.shape[1]]) * mask.unsqueeze(-1)
        return Representation(pooled, particles, mask)

    def blocks(self) -> Sequence[nn.Module]:
        """Give embeddings, particle blocks, class blocks and the last normalisation."""
        network = self.network
        return [
            network.embed,
            network.pair_embed,
            *network.blocks,
            *network.cls_blocks,
            network.norm,
        ]

    def published_names(self) -> PublishedNames:
        """Give weaver's own names, and what releases before 0.5 had for two of them."""
        names = {name: name.removeprefix("network.") for name in self.state_dict()}
        head = {f"linear.{name}": f"fc.0.{name}" for name in ("weight", "bias")}
        spelling = [(r"^mod\.", ""), (r"in_proj_(weight|bias)$", r"in_proj.\1")]
        return PublishedNames(names, head, spelling)


def _published() -> type[nn.Module]:
    try:
        found = metadata.version("weaver-core")
        if found != _VERSION:
            raise WeaverMissingError(found)
        module = import_module("weaver.nn.model.ParticleTransformer")
    except (metadata.PackageNotFoundError, ModuleNotFoundError) as error:
        raise WeaverMissingError(str(error)) from error
    network: type[nn.Module] = module.ParticleTransformer
    return network
