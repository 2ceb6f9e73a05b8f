"""Bundles between people: verified, installed, listed, compared."""

from pathlib import Path
from typing import Any

import torch

from vierbein.errors.bundles import BundleBaseMissingError, BundleError, BundleNameError
from vierbein.experiment.bundle_network import find_base, unpack
from vierbein.registry.installed import Registry
from vierbein.storage.atomic import write_bytes
from vierbein.storage.bundle import ADAPTER, CARD, NETWORK, Bundle
from vierbein.storage.bundle_folder import SUFFIX, bundle_folder, installed_bundles
from vierbein.storage.run_folder import differences
from vierbein.storage.signature import Policy, check_signature


def verify(
    bundle: Bundle, policy: Policy, registry: Registry, base: str | None = None
) -> dict[str, str]:
    """Check everything that can be checked without data.

    Parameters
    ----------
    bundle
        Read, and so whole in itself.
    policy
        Which signatures are asked for.
    registry
        What is installed.
    base
        The base that it builds on; found by its own word if None.

    Returns
    -------
    dict
        What was checked -> what was found.

    Raises
    ------
    BundleError
        If the signature, the base or the parameters do not fit.
    VierbeinError
        If a plugin that it needs is not installed.
    """
    signer = check_signature(bundle, policy)
    found = {
        "files": f"{len(bundle.files)}, each with the size and sha256 of the manifest",
        "signature": signer or "none",
    }
    try:
        there = find_base(bundle, base, registry)
    except BundleBaseMissingError:
        if base is not None:
            raise
        said = bundle.network["base"]
        return found | {"base": f"{said['name']} is not here; the parameters were not joined to it"}
    unpacked = unpack(bundle, registry, there)
    num = sum(tensor.numel() for tensor in unpacked.network.state_dict().values())
    found["base"] = f"{there.name}, the one that it names" if there else "not needed"
    return found | {"network": f"{num} numbers, all finite, of the shapes that they need"}


def install(bundle: Bundle, policy: Policy, registry: Registry, *, is_replacing: bool) -> Path:
    """Put a bundle where `adapter=NAME` finds it; whole, or not at all.

    Parameters
    ----------
    bundle
        Read, and so whole in itself.
    policy
        Which signatures are asked for.
    registry
        What is installed.
    is_replacing
        Whether it may take the place of another bundle of its name.

    Returns
    -------
    Path
        Where it is.

    Raises
    ------
    BundleError
        If the signature does not hold.
    BundleNameError
        If its name is taken.
    """
    check_signature(bundle, policy)
    if bundle.name in registry.names("adapter"):
        offer = registry.find("adapter", bundle.name)
        reason = f"it is an adapter of {offer.distribution} {offer.version}"
        cure = "Use it by its path:  adapter=./FILE.vbn   or ask its publisher for another name."
        raise BundleNameError(bundle.name, reason, cure)
    path = installed_bundles().get(bundle.name)
    if path is not None and not is_replacing and path.read_bytes() != bundle.to_bytes():
        reason = f"another bundle is installed under it, {path}"
        raise BundleNameError(bundle.name, reason, "Put this one in its place:  --replace")
    path = bundle_folder() / f"{bundle.name}{SUFFIX}"
    write_bytes(path, bundle.to_bytes())
    return path


def listed() -> list[dict[str, Any]]:
    """Describe every installed bundle; one that is damaged says why."""
    rows = []
    for name, path in installed_bundles().items():
        row: dict[str, Any] = {"name": name, "path": str(path)}
        try:
            bundle = Bundle.read(path)
        except BundleError as error:
            rows.append(row | {"broken": str(error).partition("\n")[0]})
            continue
        row |= {key: bundle.card[key] for key in ("domain", "arm", "licence", "transfer")}
        base = bundle.network["base"]
        row |= {"base": base and base["name"], "is_signed": bool(bundle.signature)}
        rows.append(row | {"sha256": bundle.sha256})
    return rows


def described(bundle: Bundle) -> dict[str, Any]:
    """Give everything that a bundle says, as plain data."""
    tensors = {name: list(tensor.shape) for name, tensor in sorted(bundle.parameters.items())}
    return {
        "sha256": bundle.sha256,
        "is_signed": bool(bundle.signature),
        "card": bundle.card,
        "adapter": bundle.adapter,
        "network": bundle.network,
        "parameters": tensors,
    }


def differ(first: Bundle, second: Bundle) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Tell how two bundles differ.

    Parameters
    ----------
    first
        One of them.
    second
        The other.

    Returns
    -------
    dict
        By part: dotted path -> both values; for tensors of one shape the largest difference.
    """
    found = {
        CARD: differences(first.card, second.card),
        ADAPTER: differences(first.adapter, second.adapter),
        NETWORK: differences(first.network, second.network),
    }
    tensors: dict[str, tuple[Any, Any]] = {}
    for name in sorted({*first.parameters, *second.parameters}):
        ours, theirs = first.parameters.get(name), second.parameters.get(name)
        if ours is None or theirs is None or ours.shape != theirs.shape:
            shapes = [None if each is None else list(each.shape) for each in (ours, theirs)]
            tensors[name] = (shapes[0], shapes[1])
        elif not torch.equal(ours, theirs):
            largest = float((ours.double() - theirs.double()).abs().max())
            tensors[name] = ("", f"differs by at most {largest:.3g}")
    return {**found, "parameters": tensors}
