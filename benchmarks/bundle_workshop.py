"""A good bundle with its keys, base and data, and the tools of a forger who tampers with it."""

import contextlib
import hashlib
import io
import json
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.torch import load, save
from torch import Tensor

import vierbein_collider
from vierbein.experiment.base import Base
from vierbein.interfaces.projection import Projection
from vierbein.storage.bundle import (
    ADAPTER,
    CARD,
    FORMAT,
    MANIFEST,
    NETWORK,
    PARAMETERS,
    PARTS,
    Bundle,
)
from vierbein.storage.bundle_archive import write_archive
from vierbein.storage.bundle_json import dump
from vierbein.storage.signature import sign
from vierbein_collider.adapters.jets_cms import JetsCms

BASE = "vierbein_collider:bases/jets_tiny"
_JETS = Path(vierbein_collider.__file__).parent / "sample" / "cms.parquet"


@dataclass(frozen=True)
class Workshop:
    """Good things to tamper with.

    Parameters
    ----------
    folder
        Where everything is.
    bundle
        A good one, not signed: the base as it is, with an adapter.
    """

    folder: Path
    bundle: Bundle

    @classmethod
    def make(cls, folder: Path) -> "Workshop":
        """Make a bundle, keys, a base and data."""
        base = Base.read(BASE, ["vierbein_collider"])
        adapter = JetsCms(32)
        projection = Projection(adapter.schema, base.schema, base.statistics).state_dict()
        component = {"component": "task/vierbein-collider/jet_classification", "settings": {}}
        backbone = dict(base.card["backbone"])
        named = {"component": backbone.pop("_component_"), "settings": backbone}
        documents: dict[str, dict[str, Any]] = {
            ADAPTER: {
                "schema": adapter.schema.to_json(),
                "mapping": adapter.mapping.to_json(),
                "stand_ins": {},
                "component": None,
            },
            NETWORK: {
                "backbone": named,
                "task": component,
                "tuner": None,
                "schema": base.schema.to_json(),
                "score_names": ["p_qcd", "p_top"],
                "base": {"name": BASE, "sha256": base.sha256},
                "from_base": {name: name for name in base.parameters},
                "num_spare": 0,
                "bad_records": "error",
                "threads": 1,
            },
            CARD: {
                **dict.fromkeys(("licence", "citation", "transfer"), "not stated"),
                **{key: {} for key in ("training", "overlap", "run", "versions")},
                "name": "mydetector",
                "domain": "cms",
                "arm": "zero_shot",
                "base": None,
                "figures": [],
                "verdicts": [],
            },
        }
        own = {f"projection.{name}": tensor for name, tensor in projection.items()}
        shop = cls(folder, Bundle.make(documents, own, "# mydetector\n"))
        for key in ("mine", "other"):
            words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", folder / key]
            subprocess.run(words, check=True)
        public = (folder / "mine.pub").read_text().split()[:2]
        (folder / "allowed").write_text(f"me@lab {' '.join(public)}\nyou@lab ssh-ed25519 AAAA\n")
        pq.write_table(pq.read_table(_JETS).slice(0, 50), folder / "jets.parquet")
        return shop

    def path(self, name: str) -> str:
        """Give a file's path."""
        return str(self.folder / name)

    def verify(self, data: bytes, *words: str) -> list[str]:
        """Write a bundle, and give the command that must refuse it."""
        (self.folder / "bad.vbn").write_bytes(data)
        return ["adapter", "verify", self.path("bad.vbn"), *words]

    def verified_zip(self, *entries: tuple[zipfile.ZipInfo, bytes]) -> list[str]:
        """Append entries to the good archive, as Python's own writer writes them."""
        stream = io.BytesIO(self.bundle.to_bytes())
        with zipfile.ZipFile(stream, "a") as archive:
            for info, data in entries:
                archive.writestr(info, data)
        return self.verify(stream.getvalue())

    def packed(self, changes: Mapping[str, bytes | None], **manifest: Any) -> bytes:
        """Pack the good parts with changes, and with a manifest that fits them: a forger's work."""
        files = {name: data for name, data in {**self.bundle.files, **changes}.items() if data}
        said = {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
            for name, data in sorted(files.items())
        }
        document = dump({"format": FORMAT, "files": said, **manifest})
        ordered = [name for name in (*PARTS, *files) if name in files]
        return write_archive({MANIFEST: document, **{name: files[name] for name in ordered}})

    def edited(self, part: str, **changes: Any) -> bytes:
        """Pack with some values of a JSON part changed."""
        return self.packed({part: dump({**json.loads(self.bundle.files[part]), **changes})})

    def text(self, part: str, old: str, new: str) -> bytes:
        """Pack with some text of a part changed."""
        before = self.bundle.files[part].decode()
        return self.packed({part: before.replace(old, new, 1).encode()})

    def tensors(self, change: Callable[[dict[str, Tensor]], None]) -> bytes:
        """Pack with other parameters."""
        parameters = load(self.bundle.files[PARAMETERS])
        change(parameters)
        return self.packed({PARAMETERS: save(parameters)})

    def signed(self, key: str) -> Bundle:
        """Sign the good bundle."""
        return sign(self.bundle, self.folder / key)

    def asking(self, data: bytes, *words: str) -> list[str]:
        """Verify under a policy that requires a signature of those who are allowed."""
        policy = ("--require-signature", "--allowed-signers", self.path("allowed"))
        return self.verify(data, *policy, *words)

    def predict(self, table: pa.Table) -> list[str]:
        """Write data, and give the command that must not score them."""
        pq.write_table(table, self.folder / "bad.parquet")
        (self.folder / "good.vbn").write_bytes(self.bundle.to_bytes())
        words = [self.path("good.vbn"), self.path("bad.parquet")]
        return ["predict", *words, "-o", self.path("scores.parquet")]


@contextlib.contextmanager
def workshop() -> Iterator[Workshop]:
    """Give a workshop in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield Workshop.make(Path(folder))
