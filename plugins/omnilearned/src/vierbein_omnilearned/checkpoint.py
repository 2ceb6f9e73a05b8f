"""From checkpoints of OmniLearned to bases."""

from pathlib import Path
from typing import Any, Final

from vierbein.interfaces.published import (
    find_card,
    read_checkpoint,
    schema_of,
    settings_of,
    write_base,
)
from vierbein_omnilearned.errors import CheckpointPartError
from vierbein_omnilearned.pet2 import Pet2

TIME: Final = ("MPFourier.", "time_embed.")
"""Begin the names of the diffusion time's tensors: at time zero their token is exactly zero, which
the body takes for an empty slot, so that without them it computes the same."""


def import_checkpoint(file: Path, folder: Path, card: Path) -> dict[str, Any]:
    """Make a base of a checkpoint's body; its heads and its optimiser stay behind.

    Parameters
    ----------
    file
        The checkpoint, which itself says neither settings nor features.
    folder
        Where the base goes.
    card
        What the file is, its `part` (body, or ema_body) included.

    Returns
    -------
    dict
        The card, with the parts that were left out.

    Raises
    ------
    CheckpointPartError
        If the part is not there.
    CheckpointMismatchError
        If a tensor of the body is missing or left over, as under other settings.
    """
    said = find_card(file, (), card)
    content = read_checkpoint(file, said)
    part = str(said.get("part", "body"))
    if not isinstance(content.get(part), dict):
        raise CheckpointPartError(str(file), part, sorted(map(str, content)))
    said["left_out"] = sorted(map(str, content.keys() - {part}))
    backbone = Pet2(schema_of(said), **settings_of(said))
    tensors = {f"body.{n}": t for n, t in content[part].items() if not n.startswith(TIME)}
    write_base(folder, backbone, tensors, {}, said)
    return said
