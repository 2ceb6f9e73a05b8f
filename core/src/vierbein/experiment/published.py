"""The door for checkpoints that others published: they become bases, or are refused."""

import io
import json
import pickle
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import torch

from vierbein.config.build import build
from vierbein.config.plain import COMPONENT
from vierbein.errors.files import DamagedCardError, HashMismatchError, MissingFileError
from vierbein.errors.published import (
    CheckpointMismatchError,
    CheckpointPartError,
    NoPublishedNamesError,
    PublishedCardError,
    UnknownCheckpointError,
    UnsafeCheckpointError,
)
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.backbone import Backbone
from vierbein.provenance import versions
from vierbein.registry.installed import Registry
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


def import_published(
    file: Path, folder: Path, registry: Registry, card: Path | None = None
) -> dict[str, Any]:
    """Make a base of a published checkpoint, if it fills the backbone of its card exactly.

    Parameters
    ----------
    file
        The checkpoint, of tensors, numbers and text alone.
    folder
        Where the base goes; a former one there is replaced.
    registry
        Of the plugins: each may bring cards of checkpoints that it knows, as
        ``published/NAME.json`` in its package.
    card
        What the file is; without it, the known one that names the file's sha256.

    Returns
    -------
    dict
        The card, with the parts of the checkpoint that stayed behind (`left_out`).

    Raises
    ------
    UnknownCheckpointError, HashMismatchError
        If there is no card of this file.
    UnsafeCheckpointError
        If the file holds anything but tensors, numbers and text.
    NoPublishedNamesError
        If the backbone does not say what its tensors are called there.
    CheckpointPartError, CheckpointMismatchError
        If a part or a tensor is missing, or left over, as after a wrong prefix.
    """
    said = _find_card(file, _known(registry), card)
    content, part = _read_checkpoint(file, said), said.get("part")
    if part is not None:
        if not isinstance(content.get(part), dict):
            raise CheckpointPartError(str(file), str(part), sorted(map(str, content)))
        said["left_out"] = sorted(map(str, content.keys() - {part}))
        content = content[part]
    backbone: Backbone = build(
        said["backbone"], registry, schema=FeatureSchema.from_json(said["schema"])
    )
    if (names := backbone.published_names()) is None:
        raise NoPublishedNamesError(str(said["backbone"].get(COMPONENT)))
    tensors, head = names.translate(content, backbone.state_dict(), said["name"])
    if wrong := [names.head[n] for n, t in head.items() if len(t) != len(said["outputs"])]:
        raise CheckpointMismatchError(said["name"], [], [], wrong)
    named = {f"backbone.{name}": tensor for name, tensor in tensors.items()}
    named |= {f"head.{name}": tensor for name, tensor in head.items()}
    with new_folder(folder) as temporary:
        # No task of ours made it: which of its outputs serve one is for a run to say. Nor is there
        # a table of its events, whose bytes would have a hash.
        source = {"domain": said["source"]["domain"], "dataset": said["source"], "sha256": ""}
        base = {**said, "kind": "base", "task": None, "source": source, "versions": versions()}
        write_parameters(temporary, named, base)
    return said


def _known(registry: Registry) -> list[Path]:
    found = (find_spec(package) for package in registry.packages())
    places = (place for spec in found if spec for place in spec.submodule_search_locations or ())
    return sorted(card for place in places for card in Path(place).glob("published/*.json"))


def _find_card(file: Path, known: Sequence[Path], own: Path | None = None) -> dict[str, Any]:
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


def _read_checkpoint(file: Path, card: Mapping[str, Any]) -> dict[str, Any]:
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
