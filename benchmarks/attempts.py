"""What a forger does to a bundle: each attempt gives the command that must refuse it."""

import hashlib
import json
import struct
import subprocess
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import torch
from safetensors.torch import save
from torch import Tensor

from bundle_workshop import BASE, Workshop
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

BIAS = "projection.linear.bias"


def entry(name: str, mode: int = 0o100644, *, method: int = zipfile.ZIP_STORED) -> zipfile.ZipInfo:
    """Describe an entry of a zip."""
    info = zipfile.ZipInfo(name)
    info.external_attr, info.compress_type, info.create_system = mode << 16, method, 3
    return info


def named(name: str, mode: int = 0o100644) -> Callable[[Workshop], list[str]]:
    """Add an entry of this name and kind."""
    return lambda shop: shop.verified_zip((entry(name, mode), b"x"))


def flip(data: bytes, place: int) -> bytes:
    """Flip a bit of a byte."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def flipped(shop: Workshop) -> list[str]:
    """Flip a bit of the parameters."""
    data = shop.bundle.to_bytes()
    return shop.verify(flip(data, data.index(shop.bundle.files[PARAMETERS]) + 700))


def mended(shop: Workshop) -> list[str]:
    """Flip a bit of the parameters, and mend the checksum of the zip."""
    parts = {**shop.bundle.files, PARAMETERS: flip(shop.bundle.files[PARAMETERS], -1 + 700)}
    ordered = {MANIFEST: shop.bundle.manifest, **{name: parts[name] for name in PARTS}}
    return shop.verify(write_archive(ordered))


def other_manifest(old: bytes, new: bytes) -> Callable[[Workshop], list[str]]:
    """Change some text of the manifest."""

    def attempt(shop: Workshop) -> list[str]:
        manifest = shop.bundle.manifest.replace(old, new, 1)
        parts = {name: shop.bundle.files[name] for name in PARTS}
        return shop.verify(write_archive({MANIFEST: manifest, **parts}))

    return attempt


def twice(shop: Workshop) -> list[str]:
    """Add a file a second time."""
    import warnings

    with warnings.catch_warnings(action="ignore", category=UserWarning):
        return shop.verified_zip((entry(CARD), shop.bundle.files[CARD]))


def bomb(shop: Workshop) -> list[str]:
    """Add ten megabytes of zeros in ten kilobytes."""
    return shop.verified_zip((entry("zeros", method=zipfile.ZIP_DEFLATED), bytes(10_000_000)))


def claimed(shop: Workshop) -> list[str]:
    """Let the table of contents claim sizes of which the archive holds nothing."""
    data = bytearray(shop.bundle.to_bytes())
    place = -1
    while (place := data.find(b"PK\1\2", place + 1)) >= 0:
        data[place + 20 : place + 28] = struct.pack("<2I", 2**30, 2**30)
    return shop.verify(bytes(data))


def many(shop: Workshop) -> list[str]:
    """Add twenty files."""
    return shop.verified_zip(*((entry(f"file{number}"), b"x") for number in range(20)))


def encrypted(shop: Workshop) -> list[str]:
    """Mark an entry as encrypted."""
    data = bytearray(shop.bundle.to_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    return shop.verify(bytes(data))


def between(shop: Workshop) -> list[str]:
    """Hide bytes between the last file and the table of contents."""
    data = shop.bundle.to_bytes()
    place, hidden = data.index(b"PK\1\2"), b"hidden"
    start = struct.unpack("<I", data[-6:-2])[0] + len(hidden)
    moved = data[:place] + hidden + data[place:-6] + struct.pack("<I", start) + data[-2:]
    return shop.verify(moved)


def commented(shop: Workshop) -> list[str]:
    """Give the archive a comment."""
    data = shop.bundle.to_bytes()
    return shop.verify(data[:-2] + struct.pack("<H", 5) + b"hello")


def in_json(part: str, **changes: Any) -> Callable[[Workshop], list[str]]:
    """Change some values of a JSON part."""
    return lambda shop: shop.verify(shop.edited(part, **changes))


def in_text(part: str, old: str, new: str) -> Callable[[Workshop], list[str]]:
    """Change some text of a part."""
    return lambda shop: shop.verify(shop.text(part, old, new))


def in_tensors(change: Callable[[dict[str, Tensor]], None]) -> Callable[[Workshop], list[str]]:
    """Change the parameters."""
    return lambda shop: shop.verify(shop.tensors(change))


def component(part: str, component: str, **settings: Any) -> Callable[[Workshop], list[str]]:
    """Name another component."""
    return in_json(NETWORK, **{part: {"component": component, "settings": settings}})


def poisoned(value: float) -> Callable[[dict[str, Tensor]], None]:
    """Fill a parameter with a value."""
    return lambda tensors: tensors.update({BIAS: torch.full((14,), value)})


def mapping(**changes: Any) -> Callable[[Workshop], list[str]]:
    """Change some values of the mapping."""

    def attempt(shop: Workshop) -> list[str]:
        return shop.verify(
            shop.edited(ADAPTER, mapping={**shop.bundle.adapter["mapping"], **changes})
        )

    return attempt


def stale(shop: Workshop) -> list[str]:
    """Put the signature of one bundle into another."""
    forged = Bundle.from_bytes(shop.edited(CARD, licence="mine now"), "forged")
    return shop.asking(Bundle("forged", forged.files, shop.signed("mine").signature).to_bytes())


def other_purpose(shop: Workshop) -> list[str]:
    """Sign for git."""
    words = ["ssh-keygen", "-Y", "sign", "-f", shop.path("mine"), "-n", "git"]
    done = subprocess.run(words, input=shop.bundle.manifest, capture_output=True, check=True)
    return shop.asking(Bundle("", shop.bundle.files, done.stdout).to_bytes())


def garbage(shop: Workshop) -> list[str]:
    """Put something else where the signature stands."""
    return shop.verify(Bundle("", shop.bundle.files, b"no signature").to_bytes())


def base(shop: Workshop, *, is_honest: bool) -> list[str]:
    """Offer another base: with a card that fits, or with the right one's."""
    base = Base.read(BASE, ["vierbein_collider"])
    folder = shop.folder / f"base{is_honest}"
    folder.mkdir(exist_ok=True)
    data = save({name: tensor * 2 for name, tensor in base.parameters.items()})
    (folder / "parameters.safetensors").write_bytes(data)
    said = {"sha256": hashlib.sha256(data).hexdigest()} if is_honest else base.card["parameters"]
    (folder / "card.json").write_text(json.dumps({**base.card, "parameters": said}))
    return shop.verify(shop.bundle.to_bytes(), "--base", str(folder))


def no_base(shop: Workshop) -> list[str]:
    """Name a base that nobody has, and predict."""
    base = {"name": "vierbein_collider:bases/none", "sha256": "0" * 64}
    (shop.folder / "good.vbn").write_bytes(shop.edited(NETWORK, base=base))
    words = [shop.path("good.vbn"), shop.path("jets.parquet"), "-o", shop.path("scores.parquet")]
    return ["predict", *words]


def column_gone(shop: Workshop) -> list[str]:
    """Predict for data that lack a column."""
    return shop.predict(pq.read_table(shop.path("jets.parquet")).drop_columns(["part_pt"]))


def other_unit(shop: Workshop) -> list[str]:
    """Predict for data in MeV."""
    table = pq.read_table(shop.path("jets.parquet"))
    column = table["part_pt"].combine_chunks()
    in_mev = pa.ListArray.from_arrays(column.offsets, pc.multiply(column.values, 1000.0))
    return shop.predict(table.set_column(table.column_names.index("part_pt"), "part_pt", in_mev))


def taken(shop: Workshop) -> list[str]:
    """Install a bundle of a plugin's name."""
    words = shop.verify(shop.edited(CARD, name="jets_cms"))
    return ["adapter", "install", *words[2:]]


def through_run(shop: Workshop) -> list[str]:
    """Choose a changed bundle in a run."""
    path = flipped(shop)[2]
    return ["run", "--cfg", "experiment=quickstart", f"adapter={path}"]


def when_installed(shop: Workshop) -> list[str]:
    """Install a changed bundle."""
    return ["adapter", "install", mended(shop)[2]]
