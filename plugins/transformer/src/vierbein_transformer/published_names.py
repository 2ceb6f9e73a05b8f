"""The name map: parameters of the packed Particle Transformer -> those of the published one."""

import re
from typing import Final

SPELLING: Final = (
    (r"^mod\.", ""),
    (r"^part\.", ""),
    (r"^pf_embed\.", "embed."),
    (r"\.in_proj_(weight|bias)$", r".in_proj.\1"),
)
"""What stands before names in weaver's training program, in a network of two inputs (whose second,
`sv_embed`, has no place here), and what releases before 0.5 had."""

_BLOCK: Final = {
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
