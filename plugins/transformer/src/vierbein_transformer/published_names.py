"""The name map: parameters of a published Particle Transformer -> those of the packed one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from vierbein_transformer.errors import PublishedParametersError
from vierbein_transformer.packed_particle_transformer import PackedParticleTransformer

HEAD = "fc."
"""Of the published classifier, which is the head's business."""

_BLOCK = {
    "norm": "pre_attn_norm",
    "qkv": "attn.in_proj",
    "refinement.out": "attn.out_proj",
    "refinement.out_norm": "post_attn_norm",
    "refinement.head_scale": "c_attn",
    "refinement.residual_scale": "w_resid",
    "refinement.feedforward.0": "pre_fc_norm",
    "refinement.feedforward.1": "fc1",
    "refinement.feedforward.3": "post_fc_norm",
    "refinement.feedforward.4": "fc2",
}
"""Parts of a block, ours and published."""


@dataclass(frozen=True)
class Translation:
    """Published parameters by our names.

    Parameters
    ----------
    backbone
        What the backbone loads with `load_state_dict`.
    head
        What the classifier holds, by the published names without `fc.`.
    """

    backbone: dict[str, Tensor]
    head: dict[str, Tensor]


def published_name(name: str) -> str:
    """Give the published name of one of the backbone's parameters or buffers.

    Parameters
    ----------
    name
        As in the backbone's state dict.

    Returns
    -------
    str
        As weaver-core's `ParticleTransformer` has it.

    Examples
    --------
    >>> published_name("particle_blocks.3.refinement.head_scale")
    'blocks.3.c_attn'
    >>> published_name("entry.pairs.norms.1.running_var")
    'pair_embed.embed.2.running_var'
    """
    if name == "pooling.vector":
        return "cls_token"
    if block := re.fullmatch(r"(particle_|pooling\.)blocks\.(\d+)\.(.*?)(\.weight|\.bias|)", name):
        kind, number, part, leaf = block.groups()
        return f"{'' if kind == 'particle_' else 'cls_'}blocks.{number}.{_BLOCK[part]}{leaf}"
    if layer := re.fullmatch(r"entry\.(pairs|embedding)\.layers\.(\d+)(\..*)", name):
        kind, number, leaf = layer.groups()
        place = 3 * int(number) + 1 if kind == "pairs" else int(number) + 1
        return f"{'pair_' if kind == 'pairs' else ''}embed.embed.{place}{leaf}"
    if norm := re.fullmatch(r"entry\.pairs\.norms\.(\d+)(\..*)", name):
        return f"pair_embed.embed.{max(3 * int(norm[1]) - 1, 0)}{norm[2]}"
    name = name.replace("entry.embedding.input_norm", "embed.input_bn")
    return name.replace("entry.embedding.norm", "embed.embed.0").replace("pooling.norm", "norm")


def translate(
    published: Mapping[str, Tensor], backbone: PackedParticleTransformer, *, prefix: str = ""
) -> Translation:
    """Give published parameters the backbone's names and shapes, and refuse what does not fit.

    Parameters
    ----------
    published
        State dict of weaver-core's `ParticleTransformer`, version 1, in its published
        configuration; of any release: those with `attn.in_proj_weight`, too. Of a
        `ParticleTransformerTagger`, `pf_embed` and `part` are understood; its second input,
        `sv_embed`, has no place here, and is refused.
    backbone
        That will load them; it is left as it was.
    prefix
        What stands before every published name: `mod.` for networks of weaver's training program.

    Returns
    -------
    Translation
        The same tensors, some of them viewed in another shape.

    Raises
    ------
    PublishedParametersError
        If a name is unknown or missing, or has another size.

    References
    ----------
    .. [1] H. Qu, C. Li, S. Qian, arXiv:2202.03772.
    """
    given = {_canonical(name, prefix): (name, tensor) for name, tensor in published.items()}
    wanted = {published_name(name): name for name in backbone.state_dict()}
    ours = backbone.state_dict()
    unknown = [
        name
        for known, (name, _) in given.items()
        if known not in wanted and not known.startswith(HEAD)
    ]
    missing = [prefix + name for name in wanted if name not in given]
    resized = [
        f"{name} {tuple(tensor.shape)}"
        for known, (name, tensor) in given.items()
        if known in wanted and _squeezed(tensor) != _squeezed(ours[wanted[known]])
    ]
    if unknown or missing or resized:
        raise PublishedParametersError(unknown, missing, resized)
    return Translation(
        {own: given[name][1].reshape(ours[own].shape) for name, own in wanted.items()},
        {name.removeprefix(HEAD): t for name, (_, t) in given.items() if name not in wanted},
    )


def _canonical(name: str, prefix: str) -> str:
    """Take prefixes off, and the names of older releases; a name without its prefix stays."""
    if not name.startswith(prefix):
        return f"without {prefix}: {name}"
    name = re.sub(r"^part\.", "", name.removeprefix(prefix))
    name = re.sub(r"^pf_embed\.", "embed.", name)
    return re.sub(r"\.in_proj_(weight|bias)$", r".in_proj.\1", name)


def _squeezed(tensor: Tensor) -> tuple[int, ...]:
    """Give the shape without axes of length one, which convolutions and the class vector have."""
    return tuple(size for size in tensor.shape if size > 1)
