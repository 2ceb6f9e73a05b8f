"""Hand a bundle on: to a folder that others read, or to a model hub."""

import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from vierbein.errors.bundles import CannotPushError
from vierbein.storage.atomic import write_bytes
from vierbein.storage.bundle import README, Bundle
from vierbein.storage.bundle_folder import SUFFIX

HUB: Final = "hub:"


def push(bundle: Bundle, to: str) -> str:
    """Write a bundle, with its README beside it, somewhere else.

    Parameters
    ----------
    bundle
        Goes as it is, with its signature.
    to
        A folder; or `hub:ORG/NAME`, a repository of a model hub, made if it is not there. The hub's
        address and the user's token are those of `huggingface_hub`.

    Returns
    -------
    str
        Where it is now.

    Raises
    ------
    CannotPushError
        If `huggingface_hub` is not installed, or the hub refuses.
    """
    if not to.startswith(HUB):
        return str(_write(bundle, Path(to)))
    try:
        hub: Any = import_module("huggingface_hub")
    except ImportError as error:
        reason = "huggingface_hub is not installed"
        raise CannotPushError(to, reason, "Install it:  pip install 'vierbein[hub]'") from error
    repository, message = to.removeprefix(HUB), f"{bundle.name}, {bundle.sha256}"
    with tempfile.TemporaryDirectory() as folder:
        _write(bundle, Path(folder))
        try:
            api = hub.HfApi()
            made = api.create_repo(repository, exist_ok=True)
            api.upload_folder(
                repo_id=repository, folder_path=folder, commit_message=f"Publish {message}"
            )
        except (OSError, ValueError, RuntimeError) as error:
            reason = str(error).partition("\n")[0] or type(error).__name__
            cure = "Look at the name, the network and your token, and push again."
            raise CannotPushError(to, reason, cure) from error
    return str(made)


def _write(bundle: Bundle, folder: Path) -> Path:
    path = folder / f"{bundle.name}{SUFFIX}"
    write_bytes(path, bundle.to_bytes())
    write_bytes(folder / README, bundle.files[README])
    return path
