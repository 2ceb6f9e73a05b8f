"""The door for checkpoints that others published: they become bases, or are refused."""

import io
import json
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from vierbein.errors.files import DamagedCardError, HashMismatchError, MissingFileError
from vierbein.errors.published import (
    CheckpointMismatchError,
    PublishedCardError,
    UnknownCheckpointError,
    UnsafeCheckpointError,
)
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone
from vierbein.provenance import versions
from vierbein.storage.atomic import new_folder
from vierbein.storage.hashing import sha256_of
from vierbein.storage.parameters import write_parameters

_NEEDED: Final = {
    "": (
        *("name", "sha256", "licence", "source", "schema", "statistics"),
        *("backbone", "outputs", "training"),
    ),
    "source": ("domain",),
    "training": ("flops",),
}
COMPONENT: Final = "_component_"


def find_card(file: Path, known: Sequence[Path], own: Path | None = None) -> dict[str, Any]:
    """Choose the card of a published checkpoint: the one that names its sha256.

    Parameters
    ----------
    file
        The checkpoint.
    known
        Cards of those that the plugin knows.
    own
        The card that the user gives instead.

    Returns
    -------
    dict
        What the checkpoint is: `name`, `sha256`, `licence`, `source`, `schema`, `statistics`,
        `backbone` (component and settings), `outputs` (of its head, by name), and `training` with
        its `flops`, which comparisons at equal cost need.

    Raises
    ------
    MissingFileError
        If there is no such file.
    DamagedCardError
        If a card is not JSON.
    PublishedCardError
        If a card lacks one of these.
    HashMismatchError
        If the user's card is of another file.
    UnknownCheckpointError
        If none of those that are known is of this file.
    """
    cards = known if own is None else [own]
    for needed in (file, *cards):
        if not needed.is_file():
            raise MissingFileError(str(needed), "a checkpoint or its card", "Name one that exists.")
    sha256, read = sha256_of(file), [_read_card(card) for card in cards]
    for card in read:
        if card["sha256"] == sha256:
            return card
    if own is not None:
        raise HashMismatchError(str(file), read[0]["sha256"], sha256)
    raise UnknownCheckpointError(str(file), sha256, [card["name"] for card in read])


def read_checkpoint(file: Path, card: Mapping[str, Any]) -> dict[str, Any]:
    """Read a `.pt` file as tensors, numbers and text alone, on the CPU.

    Parameters
    ----------
    file
        The checkpoint.
    card
        Its card; the bytes must be those that it names.

    Returns
    -------
    dict
        What the file holds.

    Raises
    ------
    HashMismatchError
        If the bytes are others.
    UnsafeCheckpointError
        If it holds anything else.
    """
    if (found := sha256_of(file)) != card["sha256"]:
        raise HashMismatchError(str(file), card["sha256"], found)
    try:
        content = torch.load(io.BytesIO(file.read_bytes()), map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError) as error:
        raise UnsafeCheckpointError(str(file), str(error).partition("\n")[0]) from error
    if not isinstance(content, dict):
        raise UnsafeCheckpointError(str(file), f"it is a {type(content).__name__}, not a dict")
    return content


def write_base(
    folder: Path,
    backbone: Backbone,
    tensors: Mapping[str, Tensor],
    head: Mapping[str, Tensor],
    card: Mapping[str, Any],
) -> None:
    """Write a published checkpoint as a base, if it fills the backbone exactly.

    Parameters
    ----------
    folder
        Where; a former base there is replaced.
    backbone
        Built as the card says.
    tensors
        The backbone's, under its own names.
    head
        Those of the head that it was published with, under the names of a task's head; or none.
    card
        As `find_card` gives it.

    Raises
    ------
    CheckpointMismatchError
        If a tensor is missing, left over or of another shape.
    """
    own = backbone.state_dict()
    missing, left = sorted(own.keys() - tensors), sorted(tensors.keys() - own)
    shapes = [n for n in own if n in tensors and own[n].shape != tensors[n].shape]
    shapes += [f"head.{n}" for n, t in head.items() if len(t) != len(card["outputs"])]
    if missing or left or shapes:
        name = str(card["backbone"][COMPONENT])
        raise CheckpointMismatchError(card["name"], name, missing, left, shapes)
    named = {f"backbone.{n}": tensor for n, tensor in tensors.items()}
    named |= {f"head.{n}": tensor for n, tensor in head.items()}
    with new_folder(folder) as temporary:
        # No task of ours made it: which of its outputs serve one is for a run to say. Nor is there
        # a table of its events, whose bytes would have a hash.
        source = {"domain": card["source"]["domain"], "dataset": card["source"], "sha256": ""}
        said = {**card, "kind": "base", "task": None, "source": source, "versions": versions()}
        write_parameters(temporary, named, said)


def schema_of(card: Mapping[str, Any]) -> FeatureSchema:
    """Give the features that a published checkpoint was trained on."""
    return FeatureSchema.from_json(card["schema"])


def settings_of(card: Mapping[str, Any]) -> dict[str, Any]:
    """Give the settings of the backbone that a card names."""
    return {name: value for name, value in card["backbone"].items() if name != COMPONENT}


def _read_card(file: Path) -> dict[str, Any]:
    try:
        card = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise DamagedCardError(str(file), str(error)) from error
    if not isinstance(card, dict):
        raise DamagedCardError(str(file), "it is not a mapping")
    lacking = [
        f"{part}.{name}".removeprefix(".")
        for part, names in _NEEDED.items()
        for name in names
        if name not in (card.get(part, names) if part else card)
    ]
    if lacking:
        raise PublishedCardError(str(file), lacking)
    return card
