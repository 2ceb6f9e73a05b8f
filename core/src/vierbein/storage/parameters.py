"""Parameters with their card: safetensors + JSON, never pickle."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load, save
from torch import Tensor

from vierbein.errors.files import DamagedCardError, HashMismatchError, MissingFileError
from vierbein.storage.atomic import write_bytes, write_json
from vierbein.storage.hashing import sha256_of

PARAMETERS = "parameters.safetensors"
CARD = "card.json"


def write_parameters(
    folder: Path, parameters: Mapping[str, Tensor], card: Mapping[str, Any]
) -> dict[str, Any]:
    """Write a checkpoint: the tensors, then the card that names their sha256.

    Parameters
    ----------
    folder
        Where; files of a former checkpoint are replaced.
    parameters
        By name, on any device.
    card
        What they are, in plain data.

    Returns
    -------
    dict
        The card as written.
    """
    data = save({name: tensor.detach().cpu().contiguous() for name, tensor in parameters.items()})
    write_bytes(folder / PARAMETERS, data)
    written = {**card, "parameters": {"file": PARAMETERS, "sha256": sha256_of(folder / PARAMETERS)}}
    write_json(folder / CARD, written)
    return written


def read_parameters(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint, if its bytes are those that its card names.

    Parameters
    ----------
    folder
        Where `write_parameters` put them.

    Returns
    -------
    dict
        The tensors by name, on the CPU.
    dict
        The card.

    Raises
    ------
    MissingFileError
        If the card or the tensors are not there.
    DamagedCardError
        If the card names no sha256.
    HashMismatchError
        If a byte was changed.
    """
    for name in (CARD, PARAMETERS):
        if not (folder / name).is_file():
            cure = "Name a folder that holds both:  base=FOLDER   (or base=null to pretrain)"
            raise MissingFileError(str(folder / name), "part of a checkpoint", cure)
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_bytes())
        expected = card["parameters"]["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedCardError(str(folder / CARD), f"{type(error).__name__}: {error}") from error
    if (found := sha256_of(folder / PARAMETERS)) != expected:
        raise HashMismatchError(str(folder / PARAMETERS), expected, found)
    return load((folder / PARAMETERS).read_bytes()), card
