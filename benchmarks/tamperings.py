"""Tamper with a bundle in every way known here; count what is refused for the right reason.

Tests run the same list (tests/test_bundles.py).
"""

import contextlib
import hashlib
import io
import json
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import torch
from safetensors.torch import save
from torch import Tensor

from bundle_workshop import BASE, Workshop, workshop
from vierbein.cli.main import main as vierbein
from vierbein.experiment.base import Base
from vierbein.storage.bundle import (
    ADAPTER,
    CARD,
    MANIFEST,
    NETWORK,
    PARAMETERS,
    PARTS,
    Bundle,
)
from vierbein.storage.bundle_archive import write_archive

_BIAS = "projection.linear.bias"


class Tampering(NamedTuple):
    """One attempt.

    Parameters
    ----------
    name
        What was done.
    reason
        Words of the refusal.
    attempt
        Does it, and gives the command that must refuse it.
    """

    name: str
    reason: str
    attempt: Callable[[Workshop], list[str]]


def _entry(name: str, mode: int = 0o100644, *, method: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.compress_type, info.create_system = mode << 16, method, 3
    return info


def _named(name: str, mode: int = 0o100644) -> Callable[[Workshop], list[str]]:
    return lambda shop: shop.verified_zip((_entry(name, mode), b"x"))


def _flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _flipped(shop: Workshop) -> list[str]:
    data = shop.bundle.to_bytes()
    return shop.verify(_flip(data, data.index(shop.bundle.files[PARAMETERS]) + 700))


def _mended(shop: Workshop) -> list[str]:
    parts = {**shop.bundle.files, PARAMETERS: _flip(shop.bundle.files[PARAMETERS], -1 + 700)}
    ordered = {MANIFEST: shop.bundle.manifest, **{name: parts[name] for name in PARTS}}
    return shop.verify(write_archive(ordered))


def _other_manifest(old: bytes, new: bytes) -> Callable[[Workshop], list[str]]:
    def attempt(shop: Workshop) -> list[str]:
        manifest = shop.bundle.manifest.replace(old, new, 1)
        parts = {name: shop.bundle.files[name] for name in PARTS}
        return shop.verify(write_archive({MANIFEST: manifest, **parts}))

    return attempt


def _twice(shop: Workshop) -> list[str]:
    import warnings

    with warnings.catch_warnings(action="ignore", category=UserWarning):
        return shop.verified_zip((_entry(CARD), shop.bundle.files[CARD]))


def _bomb(shop: Workshop) -> list[str]:
    return shop.verified_zip((_entry("zeros", method=zipfile.ZIP_DEFLATED), bytes(10_000_000)))


def _claimed(shop: Workshop) -> list[str]:
    """Let the table of contents claim sizes of which the archive holds nothing."""
    data = bytearray(shop.bundle.to_bytes())
    place = -1
    while (place := data.find(b"PK\1\2", place + 1)) >= 0:
        data[place + 20 : place + 28] = struct.pack("<2I", 2**30, 2**30)
    return shop.verify(bytes(data))


def _many(shop: Workshop) -> list[str]:
    return shop.verified_zip(*((_entry(f"file{number}"), b"x") for number in range(20)))


def _encrypted(shop: Workshop) -> list[str]:
    data = bytearray(shop.bundle.to_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    return shop.verify(bytes(data))


def _between(shop: Workshop) -> list[str]:
    """Hide bytes between the last file and the table of contents."""
    data = shop.bundle.to_bytes()
    place, hidden = data.index(b"PK\1\2"), b"hidden"
    start = struct.unpack("<I", data[-6:-2])[0] + len(hidden)
    moved = data[:place] + hidden + data[place:-6] + struct.pack("<I", start) + data[-2:]
    return shop.verify(moved)


def _commented(shop: Workshop) -> list[str]:
    data = shop.bundle.to_bytes()
    return shop.verify(data[:-2] + struct.pack("<H", 5) + b"hello")


def _json(part: str, **changes: Any) -> Callable[[Workshop], list[str]]:
    return lambda shop: shop.verify(shop.edited(part, **changes))


def _text(part: str, old: str, new: str) -> Callable[[Workshop], list[str]]:
    return lambda shop: shop.verify(shop.text(part, old, new))


def _tensor(change: Callable[[dict[str, Tensor]], None]) -> Callable[[Workshop], list[str]]:
    return lambda shop: shop.verify(shop.tensors(change))


def _component(part: str, component: str, **settings: Any) -> Callable[[Workshop], list[str]]:
    return _json(NETWORK, **{part: {"component": component, "settings": settings}})


def _poisoned(value: float) -> Callable[[dict[str, Tensor]], None]:
    return lambda tensors: tensors.update({_BIAS: torch.full((14,), value)})


def _mapping(**changes: Any) -> Callable[[Workshop], list[str]]:
    def attempt(shop: Workshop) -> list[str]:
        return shop.verify(
            shop.edited(ADAPTER, mapping={**shop.bundle.adapter["mapping"], **changes})
        )

    return attempt


def _stale(shop: Workshop) -> list[str]:
    """Put the signature of one bundle into another."""
    forged = Bundle.from_bytes(shop.edited(CARD, licence="mine now"), "forged")
    return shop.asking(Bundle("forged", forged.files, shop.signed("mine").signature).to_bytes())


def _other_purpose(shop: Workshop) -> list[str]:
    words = ["ssh-keygen", "-Y", "sign", "-f", shop.path("mine"), "-n", "git"]
    done = subprocess.run(words, input=shop.bundle.manifest, capture_output=True, check=True)
    return shop.asking(Bundle("", shop.bundle.files, done.stdout).to_bytes())


def _garbage(shop: Workshop) -> list[str]:
    return shop.verify(Bundle("", shop.bundle.files, b"no signature").to_bytes())


def _base(shop: Workshop, *, is_honest: bool) -> list[str]:
    """Offer another base: with a card that fits, or with the right one's."""
    base = Base.read(BASE, ["vierbein_collider"])
    folder = shop.folder / f"base{is_honest}"
    folder.mkdir(exist_ok=True)
    data = save({name: tensor * 2 for name, tensor in base.parameters.items()})
    (folder / "parameters.safetensors").write_bytes(data)
    said = {"sha256": hashlib.sha256(data).hexdigest()} if is_honest else base.card["parameters"]
    (folder / "card.json").write_text(json.dumps({**base.card, "parameters": said}))
    return shop.verify(shop.bundle.to_bytes(), "--base", str(folder))


def _no_base(shop: Workshop) -> list[str]:
    base = {"name": "vierbein_collider:bases/none", "sha256": "0" * 64}
    (shop.folder / "good.vbn").write_bytes(shop.edited(NETWORK, base=base))
    words = [shop.path("good.vbn"), shop.path("jets.parquet"), "-o", shop.path("scores.parquet")]
    return ["predict", *words]


def _column_gone(shop: Workshop) -> list[str]:
    return shop.predict(pq.read_table(shop.path("jets.parquet")).drop_columns(["part_pt"]))


def _other_unit(shop: Workshop) -> list[str]:
    table = pq.read_table(shop.path("jets.parquet"))
    column = table["part_pt"].combine_chunks()
    in_mev = pa.ListArray.from_arrays(column.offsets, pc.multiply(column.values, 1000.0))
    return shop.predict(table.set_column(table.column_names.index("part_pt"), "part_pt", in_mev))


def _taken(shop: Workshop) -> list[str]:
    words = shop.verify(shop.edited(CARD, name="jets_cms"))
    return ["adapter", "install", *words[2:]]


def _through_run(shop: Workshop) -> list[str]:
    path = _flipped(shop)[2]
    return ["run", "--cfg", "experiment=quickstart", f"adapter={path}"]


def _installed(shop: Workshop) -> list[str]:
    return ["adapter", "install", _mended(shop)[2]]


_NEVER = "is no part of a bundle"
TAMPERINGS = (
    Tampering("a flipped byte", "was changed", _flipped),
    Tampering("a flipped byte, its checksum mended", "the manifest says", _mended),
    Tampering("a flipped byte, by adapter=PATH in a run", "was changed", _through_run),
    Tampering("a flipped byte, installed", "the manifest says", _installed),
    Tampering(
        "a hash in the manifest", "the manifest says", _other_manifest(b'256": "', b'256": "0')
    ),
    Tampering(
        "a size in the manifest", "the manifest says", _other_manifest(b'size": ', b'size": 1')
    ),
    Tampering("white space in the manifest", "is not written", _other_manifest(b"{", b"{ ")),
    Tampering("a manifest that is no JSON", "no JSON", _other_manifest(b"{", b"(")),
    Tampering(
        "a manifest that is a list",
        "manifest.json: list",
        lambda s: s.verify(write_archive({MANIFEST: b"[]", **s.bundle.files})),
    ),
    Tampering("no manifest", "is missing", lambda s: s.verify(write_archive(dict(s.bundle.files)))),
    Tampering("a missing file", "is missing", lambda s: s.verify(s.packed({CARD: None}))),
    Tampering("an extra file", _NEVER, _named("notes.md")),
    Tampering(
        "an extra file that the manifest names",
        _NEVER,
        lambda s: s.verify(s.packed({"notes.md": b"x"})),
    ),
    Tampering("YAML inside", _NEVER, lambda s: s.verify(s.packed({"config.yaml": b"a: 1"}))),
    Tampering("Python inside", _NEVER, lambda s: s.verify(s.packed({"setup.py": b"import os"}))),
    Tampering(
        "a pickle inside",
        "looks like a pickle",
        lambda s: s.verify(s.packed({"head.bin": b"\x80\x04K\x01."})),
    ),
    Tampering(
        "a pickle in place of the parameters",
        "no safetensors",
        lambda s: s.verify(s.packed({PARAMETERS: b"\x80\x04K\x01."})),
    ),
    Tampering("a path that escapes", "leads out", _named("../evil")),
    Tampering("a path that escapes in its middle", "leads out", _named("a/../../evil")),
    Tampering("an absolute path", "an absolute path", _named("/etc/evil")),
    Tampering("a path with a drive", "an absolute path", _named("C:/evil")),
    Tampering("a path with backslashes", "a backslash", _named("a\\..\\evil")),
    Tampering("a control character in a name", "a control character", _named("a\nb")),
    Tampering("a symbolic link", "a symbolic link", _named("link", 0o120777)),
    Tampering("a device", "no plain file", _named("device", 0o020644)),
    Tampering("a folder", "no plain file", _named("folder/")),
    Tampering("a duplicate entry", "stands twice", _twice),
    Tampering("a zip bomb by its ratio", "a zip bomb", _bomb),
    Tampering("a zip bomb by its total", "a zip bomb", _claimed),
    Tampering("a thousand small files", "too many", _many),
    Tampering("an encrypted entry", "is encrypted", _encrypted),
    Tampering(
        "a truncated archive", "its end is missing", lambda s: s.verify(s.bundle.to_bytes()[:-100])
    ),
    Tampering(
        "half an archive",
        "its end is missing",
        lambda s: s.verify(s.bundle.to_bytes()[: len(s.bundle.to_bytes()) // 2]),
    ),
    Tampering("no zip", "no zip archive", lambda s: s.verify(b"hello" * 100)),
    Tampering("an empty file", "no zip archive", lambda s: s.verify(b"")),
    Tampering(
        "bytes after the archive",
        "belong to no file",
        lambda s: s.verify(s.bundle.to_bytes() + bytes(8)),
    ),
    Tampering(
        "a script before the archive",
        "belong to no file",
        lambda s: s.verify(b"#!/bin/sh\nexit\n" + s.bundle.to_bytes()),
    ),
    Tampering("bytes between the files", "belong to no file", _between),
    Tampering("a comment of the archive", "belong to no file", _commented),
    Tampering(
        "files in another order",
        "not written",
        lambda s: s.verify(write_archive({**s.bundle.files, MANIFEST: s.bundle.manifest})),
    ),
    Tampering(
        "an unknown format version",
        "format version is 2",
        lambda s: s.verify(s.packed({}, format=2)),
    ),
    Tampering(
        "a format version that is text",
        "format version is '1'",
        lambda s: s.verify(s.packed({}, format="1")),
    ),
    Tampering(
        "_target_ in JSON", "begins with an underscore", _json(CARD, run={"_target_": "os.system"})
    ),
    Tampering(
        "_component_ in settings",
        "begins with an underscore",
        _component("backbone", "backbone/x/y", _component_="task/x/y"),
    ),
    Tampering("${} in JSON", "has '${'", _json(CARD, licence="${oc.env:HOME}")),
    Tampering(
        "${} in JSON, escaped", "has '${'", _text(CARD, "not stated", "\\u0024{oc.env:HOME}")
    ),
    Tampering("${} in a key", "has '${'", _json(CARD, run={"${a}": 1})),
    Tampering("NaN in JSON", "is no number", _text(CARD, '"figures": []', '"figures": [NaN]')),
    Tampering(
        "1e999 in JSON", "number too large", _text(CARD, '"figures": []', '"figures": [1e999]')
    ),
    Tampering("a key twice in JSON", "a key twice", _text(CARD, "{", '{"arm": "x", ')),
    Tampering(
        "JSON nested without end",
        "no JSON",
        lambda s: s.verify(s.packed({CARD: b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"})),
    ),
    Tampering("an unknown key", "is unknown", _json(NETWORK, code="x")),
    Tampering("a missing key", "is missing", _text(CARD, '"arm"', '"harm"')),
    Tampering("a name that is a path", "card.json name", _json(CARD, name="../evil")),
    Tampering("threads without end", "network.json threads", _json(NETWORK, threads=10**9)),
    Tampering(
        "code as an expression of the mapping",
        "there is no function",
        _mapping(event_id="__import__('os').system('true')"),
    ),
    Tampering(
        "a schema that is not the mapping's", "other features", _text(ADAPTER, '"dphi"', '"phi"')
    ),
    Tampering("scores of other names", "score_names", _json(NETWORK, score_names=["a", "b"])),
    Tampering(
        "a component that is none",
        "No backbone named",
        _component("backbone", "backbone/os/system"),
    ),
    Tampering(
        "a component of another kind",
        "a backbone",
        _component("backbone", "command/vierbein-collider/make-jets"),
    ),
    Tampering(
        "a setting that the component has not",
        "no setting",
        _component("task", "task/vierbein-collider/jet_classification", depth=3),
    ),
    Tampering(
        "a setting of another type",
        "must be",
        _component("task", "task/vierbein-collider/jet_classification", level="high"),
    ),
    Tampering("NaN in parameters", "NaN or infinity", _tensor(_poisoned(float("nan")))),
    Tampering("infinity in parameters", "NaN or infinity", _tensor(_poisoned(float("inf")))),
    Tampering(
        "a parameter of another shape",
        "the network's is",
        _tensor(lambda t: t.update({_BIAS: torch.zeros(3)})),
    ),
    Tampering(
        "a parameter of another type",
        "the network's is",
        _tensor(lambda t: t.update({_BIAS: torch.zeros(14).double()})),
    ),
    Tampering(
        "a parameter too few",
        "is missing",
        _tensor(lambda t: t.__delitem__(_BIAS)),
    ),
    Tampering(
        "a parameter too many",
        "is not in the network",
        _tensor(lambda t: t.update({"backdoor": torch.zeros(3)})),
    ),
    Tampering(
        "a parameter both its own and the base's",
        "both its own",
        _tensor(lambda t: t.update({"head.linear.bias": torch.zeros(2)})),
    ),
    Tampering(
        "a parameter that the base has not",
        "the base has no",
        _text(NETWORK, ': "head.linear.bias"', ': "head.linear.base"'),
    ),
    Tampering(
        "a missing signature where one is required",
        "has none",
        lambda s: s.asking(s.bundle.to_bytes()),
    ),
    Tampering("a signature of another bundle", "does not hold", _stale),
    Tampering(
        "a signature by another key",
        "its key is not allowed",
        lambda s: s.asking(s.signed("other").to_bytes()),
    ),
    Tampering(
        "a signature by another signer",
        "not allowed as you@lab",
        lambda s: s.asking(s.signed("mine").to_bytes(), "--signer", "you@lab"),
    ),
    Tampering("a signature made for another purpose", "does not hold", _other_purpose),
    Tampering("a signature that is none", "does not hold", _garbage),
    Tampering(
        "a required signature without signers",
        "nobody is named",
        lambda s: s.verify(s.signed("mine").to_bytes(), "--require-signature"),
    ),
    Tampering("another base", "it was made on a base", lambda s: _base(s, is_honest=True)),
    Tampering(
        "another base under the right card", "its card names", lambda s: _base(s, is_honest=False)
    ),
    Tampering("a base that is not here", "which is not here", _no_base),
    Tampering("data without a column", "there is no column 'part_pt'", _column_gone),
    Tampering("data in another unit", "is the file in MeV?", _other_unit),
    Tampering("the name of a plugin's adapter", "an adapter of vierbein-collider", _taken),
)


def refused(tampering: Tampering, shop: Workshop) -> str:
    """Try one; give what was said if it was refused for its reason, or raise."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        status = vierbein(tampering.attempt(shop))
    text = said.getvalue()
    if status != 2 or tampering.reason not in text:
        message = f"{tampering.name}: status {status}, {text or 'nothing was said'}"
        raise AssertionError(message)
    return text


def main() -> None:
    """Try all, and write the rows."""
    from rows import write_row

    num_refused = 0
    with workshop() as shop:
        for tampering in TAMPERINGS:
            try:
                said = refused(tampering, shop).partition("\n")[0]
                num_refused += 1
            except AssertionError as error:
                said = f"NOT REFUSED: {error}"
            print(f"{tampering.name}: {said}")
    command = "python benchmarks/tamperings.py"
    for name, number in (("refused", num_refused), ("tried", len(TAMPERINGS))):
        print(write_row("plugins", f"tamperings_{name}", number, number, number, "1", "", command))
    sys.exit(num_refused < len(TAMPERINGS))


if __name__ == "__main__":
    main()
