"""A bundle: the published file of an adapter, data only."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from vierbein.errors.base import VierbeinError
from vierbein.errors.bundles import (
    BundleContentError,
    BundleParametersError,
    NotABundleError,
    TamperedBundleError,
    UnknownFormatError,
    UnsafeBundleError,
)
from vierbein.events.mapping import Mapping as EventMapping
from vierbein.events.schema import FeatureSchema
from vierbein.storage.bundle_archive import LARGEST, read_archive, write_archive
from vierbein.storage.bundle_json import dump, parse, unsafe

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
ADAPTER: Final = "adapter.json"
NETWORK: Final = "network.json"
CARD: Final = "card.json"
PARAMETERS: Final = "parameters.safetensors"
README: Final = "README.md"
PARTS: Final = (ADAPTER, CARD, NETWORK, PARAMETERS, README)
"""What a bundle of this format holds besides manifest and signature: these files, and no other."""

NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_Kinds = Mapping[str, type | tuple[type, ...]]
_KEYS: Final[dict[str, _Kinds]] = {
    MANIFEST: {"format": int, "files": dict},
    ADAPTER: {"component": (dict, type(None)), "mapping": dict, "schema": dict, "stand_ins": dict},
    CARD: {
        "name": str,
        "domain": str,
        "licence": str,
        "citation": str,
        "arm": str,
        "base": (dict, type(None)),
        "training": dict,
        "overlap": dict,
        "figures": list,
        "transfer": str,
        "verdicts": list,
        "run": dict,
        "versions": dict,
    },
    NETWORK: {
        "backbone": dict,
        "task": dict,
        "tuner": (dict, type(None)),
        "schema": dict,
        "score_names": list,
        "base": (dict, type(None)),
        "from_base": dict,
        "num_spare": int,
        "bad_records": str,
        "threads": int,
    },
}
"""Keys of each JSON file, all of which it has and no other, with the types of their values."""
_COMPONENT: Final[_Kinds] = {"component": str, "settings": dict}
_BASE: Final[_Kinds] = {"name": str, "sha256": str}
_MOST_THREADS: Final = 1024


@dataclass(frozen=True)
class Bundle:
    """A bundle in memory, checked.

    Parameters
    ----------
    file
        Where it was read from, for errors.
    files
        Bytes of its parts, by name.
    signature
        What `ssh-keygen -Y sign` wrote over the manifest; empty if it is not signed.

    Raises
    ------
    BundleError
        If any part is not what the format asks for.
    """

    file: str
    files: Mapping[str, bytes]
    signature: bytes = b""

    def __post_init__(self) -> None:
        for name in (ADAPTER, CARD, NETWORK):
            _check_keys(self.file, name, self._json(name), _KEYS[name])
        if not NAME.fullmatch(self.name):
            raise BundleContentError(self.file, f"{CARD} name", repr(self.name), NAME.pattern)
        if self.mapping.schema.to_json() != _schema(self.file, ADAPTER, self.adapter).to_json():
            found = "schema and mapping give other features"
            raise BundleContentError(self.file, ADAPTER, found, "one schema")
        for name, value in self.adapter["stand_ins"].items():
            if not isinstance(value, int | float):
                raise BundleContentError(self.file, f"stand_ins.{name}", repr(value), "a number")
        _check_network(self.file, self.network, self.adapter["component"])
        try:
            reason = unsafe(self.files[README].decode())
        except UnicodeDecodeError:
            reason = "is no text"
        if reason:
            raise UnsafeBundleError(self.file, README, reason)
        _ = self.base_schema, self.parameters

    @property
    def name(self) -> str:
        """The word that it goes by."""
        return str(self.card["name"])

    @cached_property
    def adapter(self) -> dict[str, Any]:
        """Schema, mapping, stand-ins, and the plugin's component where a mapping is not enough."""
        return self._json(ADAPTER)

    @cached_property
    def network(self) -> dict[str, Any]:
        """Components and settings of the network, and where its parameters are."""
        return self._json(NETWORK)

    @cached_property
    def card(self) -> dict[str, Any]:
        """Provenance, licence, figures and verdicts."""
        return self._json(CARD)

    @cached_property
    def mapping(self) -> EventMapping:
        """How records become events."""
        try:
            return EventMapping.from_json(self.adapter["mapping"])
        except (VierbeinError, TypeError, ValueError, KeyError, AttributeError) as error:
            reason = str(error).partition("\n")[0]
            raise BundleContentError(self.file, ADAPTER, reason, "a mapping") from error

    @cached_property
    def base_schema(self) -> FeatureSchema:
        """The features that the backbone takes."""
        return _schema(self.file, NETWORK, self.network)

    @cached_property
    def parameters(self) -> dict[str, Tensor]:
        """The tensors that it holds itself, by their names in the network."""
        try:
            tensors: dict[str, Tensor] = load(self.files[PARAMETERS])
        except (SafetensorError, ValueError, KeyError) as error:
            raise BundleParametersError(self.file, f"no safetensors ({error})") from error
        for name, tensor in tensors.items():
            if not torch.isfinite(tensor).all():
                raise BundleParametersError(self.file, f"{name} holds NaN or infinity")
        return tensors

    @cached_property
    def manifest(self) -> bytes:
        """Every file with its size and sha256: what is signed."""
        files = {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in sorted(self.files.items())
        }
        return dump({"format": FORMAT, "files": files})

    @property
    def sha256(self) -> str:
        """The manifest's hash: the same for a bundle signed and unsigned."""
        return hashlib.sha256(self.manifest).hexdigest()

    def to_bytes(self) -> bytes:
        """Give the archive; equal bundles are equal bytes."""
        ordered = {MANIFEST: self.manifest, **{name: self.files[name] for name in PARTS}}
        if self.signature:
            ordered[SIGNATURE] = self.signature
        return write_archive(ordered)

    @classmethod
    def make(
        cls,
        documents: Mapping[str, Mapping[str, Any]],
        parameters: Mapping[str, Tensor],
        readme: str,
    ) -> Self:
        """Make a bundle of plain data and tensors, held to what readers will hold it to."""
        files = {name: dump(documents[name]) for name in (ADAPTER, CARD, NETWORK)}
        files[PARAMETERS] = save({n: t.detach().cpu().contiguous() for n, t in parameters.items()})
        files[README] = readme.encode()
        return cls("the new bundle", files)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a bundle from disk, checked to its last byte; its signature is not looked at.

        Parameters
        ----------
        path
            The bundle's file.

        Returns
        -------
        Bundle
            Its files in memory.

        Raises
        ------
        BundleError
            Naming the reason, if it is not exactly what `to_bytes` wrote.
        """
        try:
            if path.stat().st_size > LARGEST:
                raise UnsafeBundleError(str(path), path.name, "is larger than 2 GiB")
            data = path.read_bytes()
        except OSError as error:
            raise NotABundleError(str(path), error.strerror or str(error)) from error
        return cls.from_bytes(data, str(path))

    @classmethod
    def from_bytes(cls, data: bytes, file: str) -> Self:
        """Read a bundle's archive; see `read`."""
        files = read_archive(data, file)
        if MANIFEST not in files:
            raise TamperedBundleError(file, MANIFEST, "is missing")
        manifest = parse(files.pop(MANIFEST), file, MANIFEST)
        if type(manifest.get("format")) is not int or manifest["format"] != FORMAT:
            raise UnknownFormatError(file, manifest.get("format"), FORMAT)
        _check_keys(file, MANIFEST, manifest, _KEYS[MANIFEST])
        signature = files.pop(SIGNATURE, b"")
        for name in sorted({*files, *PARTS, *manifest["files"]}):
            _check_part(file, name, files.get(name), manifest["files"].get(name))
        bundle = cls(file, files, signature)
        if bundle.to_bytes() != data:
            raise TamperedBundleError(file, MANIFEST, "is not written as it was")
        return bundle

    def _json(self, name: str) -> dict[str, Any]:
        return parse(self.files[name], self.file, name)


def _check_part(file: str, name: str, data: bytes | None, said: object) -> None:
    """Hold one file against the format and its line of the manifest."""
    if name not in PARTS:
        reason = "is no part of a bundle of this format"
        if data is not None and (data[:1] == b"\x80" or name.endswith((".pkl", ".pickle", ".pt"))):
            reason = "looks like a pickle, which is code"
        raise (TamperedBundleError if data is None else UnsafeBundleError)(file, name, reason)
    if data is None:
        raise TamperedBundleError(file, name, "is missing")
    if not isinstance(said, dict):
        raise TamperedBundleError(file, name, "is not in the manifest")
    if len(data) != said.get("size"):
        raise TamperedBundleError(
            file, name, f"has {len(data)} bytes, the manifest says {said.get('size')}"
        )
    if (found := hashlib.sha256(data).hexdigest()) != said.get("sha256"):
        expected = str(said.get("sha256"))
        raise TamperedBundleError(
            file, name, f"has sha256 {found[:16]}..., the manifest says {expected[:16]}..."
        )


def _check_network(
    file: str, network: Mapping[str, Any], adapter: Mapping[str, Any] | None
) -> None:
    """Look into what a run would be made of."""
    nodes = {kind: network[kind] for kind in ("backbone", "task", "tuner")} | {"adapter": adapter}
    for kind, node in nodes.items():
        if node is None:
            continue
        _check_keys(file, f"component {kind}", node, _COMPONENT)
        if node["component"].partition("/")[0] != kind:
            article = "an" if kind == "adapter" else "a"
            found = repr(node["component"])
            raise BundleContentError(file, f"component {kind}", found, f"{article} {kind}")
    if network["base"] is not None:
        _check_keys(file, f"{NETWORK} base", network["base"], _BASE)
    faults = {
        "from_base": not all(isinstance(name, str) for name in network["from_base"].values()),
        "score_names": not all(isinstance(name, str) for name in network["score_names"]),
        "bad_records": network["bad_records"] not in ("error", "set_aside"),
        "threads": not 1 <= network["threads"] <= _MOST_THREADS,
        "base": network["base"] is None and bool(network["from_base"]),
    }
    for key, is_bad in faults.items():
        if is_bad:
            raise BundleContentError(file, f"{NETWORK} {key}", repr(network[key]), "another value")


def _check_keys(
    file: str,
    entry: str,
    content: Mapping[str, Any],
    expected: _Kinds,
) -> None:
    if differing := sorted(set(content) ^ set(expected)):
        said = "unknown" if differing[0] in content else "missing"
        keys = ", ".join(sorted(expected))
        raise BundleContentError(file, entry, f"{differing[0]!r} is {said}", keys)
    for key, kind in expected.items():
        if not isinstance(content[key], kind):
            found = type(content[key]).__name__
            raise BundleContentError(file, f"{entry} {key}", f"a {found}", f"{kind}")


def _schema(file: str, entry: str, content: Mapping[str, Any]) -> FeatureSchema:
    try:
        return FeatureSchema.from_json(content["schema"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise BundleContentError(file, f"{entry} schema", found, "named features") from error
