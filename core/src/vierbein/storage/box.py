"""A box of sealed events: encrypted for its custodian while it is filled, and of a fixed size."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from safetensors.torch import load, save
from torch import Tensor

from vierbein.errors.blinding import DamagedSealError, SealOverflowError
from vierbein.events.batch import EventBatch
from vierbein.events.schema import FeatureSchema
from vierbein.events.sealed import Sealed, disclosed
from vierbein.storage.cipher import NONCE, OVERHEAD, agree, decrypt, encrypt, new_private, public_of

FRAME: Final = 2**20
"""Bytes that are encrypted together."""
_PURPOSE: Final = b"vierbein box 1"
_LENGTH: Final = 8
_KEYS: Final = {"domain", "frames", "custodian", "ephemeral"}


class Opened(NamedTuple):
    """What was in a box.

    Parameters
    ----------
    batches
        The events, in the order in which they were sealed.
    commitment
        What was sealed: number and hash of the events, where they come from, bad records.
    """

    batches: Sequence[EventBatch]
    commitment: Mapping[str, Any]


class Box:
    """Encrypts sealed events as they come, in memory; no plain byte of them reaches the disk.

    Each box has a key of its own, which only its maker knew, for a moment, and which the custodian
    can find again from the box's head. Frames carry their number, so that none can be left out,
    repeated or exchanged; what is not filled is padded.

    Parameters
    ----------
    path
        Where it will be; it appears when it is closed.
    custodian
        The public key that it is sealed for, in hexadecimal digits.
    megabytes
        Its size in MiB.
    about
        Public: ``domain``, and what else its head says in plain data.
    """

    def __init__(
        self, path: Path, custodian: str, megabytes: int, about: Mapping[str, Any]
    ) -> None:
        self.path, self._domain, self._frames = path, str(about["domain"]), megabytes
        ephemeral = new_private()
        self._key = agree(ephemeral, bytes.fromhex(custodian), _PURPOSE)
        said = {**about, "frames": megabytes, "custodian": custodian}
        said["ephemeral"] = public_of(ephemeral).hex()
        self._head = json.dumps(said, sort_keys=True).encode() + b"\n"
        self._hash, self._buffer, self._num_frames = hashlib.sha256(), bytearray(), 0
        self._num_events = self._set_aside = 0

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=self.path.parent, prefix=f".{self.path.name}.", suffix=".part"
        )
        self._part, self._file = Path(name), os.fdopen(handle, "wb")
        self._file.write(self._head)
        return self

    def add(self, sealed: Sealed, set_aside: int = 0) -> None:
        """Encrypt some more events; bad records that were set aside with them are counted too."""
        events = disclosed(sealed)
        data = save({name: values.contiguous() for name, values in _tensors(events).items()})
        self._hash.update(data)
        self._num_events += len(events)
        self._set_aside += set_aside
        self._write(len(data).to_bytes(_LENGTH, "big") + data)

    def finish(self, schema: FeatureSchema, about: Mapping[str, Any]) -> None:
        """Write what was sealed, inside, and fill the box up."""
        counts = {"num_events": self._num_events, "set_aside": self._set_aside}
        said = {**about, **counts, "sha256": self._hash.hexdigest()}
        last = json.dumps({**said, "schema": schema.to_json(), "domain": self._domain}).encode()
        self._write(bytes(_LENGTH) + len(last).to_bytes(_LENGTH, "big") + last)
        while self._num_frames < self._frames:
            self._write(bytes(FRAME - len(self._buffer)))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._file as file:
            file.flush()
            os.fsync(file.fileno())
        if kind is None:
            self._part.replace(self.path)
        self._part.unlink(missing_ok=True)

    def _write(self, data: bytes) -> None:
        self._buffer += data
        while len(self._buffer) >= FRAME:
            self._emit(bytes(self._buffer[:FRAME]))
            del self._buffer[:FRAME]
        if self._buffer and self._num_frames == self._frames:
            raise SealOverflowError(self._domain, self._frames)

    def _emit(self, frame: bytes) -> None:
        if self._num_frames == self._frames:
            raise SealOverflowError(self._domain, self._frames)
        nonce = self._num_frames.to_bytes(NONCE, "big")  # the key is this box's alone
        self._file.write(encrypt(self._key, nonce, frame, self._head))
        self._num_frames += 1


def head_of(path: Path) -> dict[str, Any]:
    """Read what a box says of itself in public.

    Parameters
    ----------
    path
        Of the box.

    Returns
    -------
    dict
        ``domain``, ``custodian``, and what else was declared.

    Raises
    ------
    DamagedSealError
        If it is no box.
    """
    return _parts(path)[0]


def open_box(path: Path, private: bytes) -> Opened:
    """Decrypt a box; the caller has recorded that this was done.

    Parameters
    ----------
    path
        Of the box.
    private
        The custodian's key.

    Returns
    -------
    Opened
        Its events and its commitment.

    Raises
    ------
    DamagedSealError
        If the key is another, or a bit was changed.
    """
    said, head, size = _parts(path)
    key = agree(private, bytes.fromhex(said["ephemeral"]), _PURPOSE)
    frames = []
    with path.open("rb") as file:
        file.seek(len(head))
        for number in range(size):
            secret = file.read(FRAME + OVERHEAD)
            frame = decrypt(key, number.to_bytes(NONCE, "big"), secret, head)
            if frame is None:
                raise DamagedSealError(str(path), f"frame {number} was not encrypted so")
            frames.append(frame)
    *batches, last = _items(b"".join(frames))
    commitment = json.loads(last)
    schema = FeatureSchema.from_json(commitment["schema"])
    return Opened([_events(data, schema, commitment["domain"]) for data in batches], commitment)


def _parts(path: Path) -> tuple[dict[str, Any], bytes, int]:
    try:
        with path.open("rb") as file:
            head = file.readline(2**16)
        said = json.loads(head)
        size, num = path.stat().st_size, int(said["frames"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedSealError(str(path), "it has no head") from error
    if not said.keys() >= _KEYS or size != len(head) + num * (FRAME + OVERHEAD):
        raise DamagedSealError(str(path), f"it has {size} bytes, its head declares another size")
    return said, head, num


def _items(data: bytes) -> Iterator[bytes]:
    """Walk over the batches, which a length of 0 ends, and the commitment."""
    place, is_last = 0, False
    while True:
        length = int.from_bytes(data[place : place + _LENGTH], "big")
        place += _LENGTH
        if length:
            yield data[place : place + length]
            place += length
        if is_last:
            return
        is_last = length == 0


def _tensors(events: EventBatch) -> dict[str, Tensor]:
    names = ("p4", "features", "offsets", "event_features", "event_weight", "event_id")
    tensors: dict[str, Tensor] = {name: getattr(events, name) for name in names}
    tensors |= {f"truth.{name}": values for name, values in events.truth.items()}
    return tensors if events.pdg is None else {**tensors, "pdg": events.pdg}


def _events(data: bytes, schema: FeatureSchema, domain: str) -> EventBatch:
    tensors = load(data)
    prefix = "truth."
    truth = {n.removeprefix(prefix): tensors.pop(n) for n in list(tensors) if n.startswith(prefix)}
    return EventBatch(schema, truth=truth, domain=domain, **tensors)
