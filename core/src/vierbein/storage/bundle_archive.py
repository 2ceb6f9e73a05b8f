"""A bundle's archive: a zip of stored files that has one form alone, down to the last byte."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

from vierbein.errors.bundles import NotABundleError, TamperedBundleError, UnsafeBundleError

MOST_FILES: Final = 16
LARGEST: Final = 2**31
"""Bytes of all files together: zip's 32-bit fields hold it without extensions."""
_DATE: Final = (1 << 5) | 1
"""1 January 1980, the first day that a zip knows."""
_REGULAR: Final = (stat.S_IFREG | 0o644) << 16
_VERSION, _UNIX = 20, 3 << 8
_DAMAGE: Final = (
    zipfile.BadZipFile,
    ValueError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)
"""What Python's reader raises when an archive is none, or damaged."""


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Write files, in their order, as a zip: the same files give the same bytes everywhere.

    Python's own writer is not used, for what it writes may change from version to version.

    References
    ----------
    APPNOTE.TXT, .ZIP file format specification, sections 4.3.7, 4.3.12 and 4.3.16.
    """
    body, central = io.BytesIO(), io.BytesIO()
    for name, data in files.items():
        place, word = body.tell(), name.encode()
        shared = struct.pack(
            "<5H3I2H",
            *(_VERSION, 0, 0, 0, _DATE),
            *(zlib.crc32(data), len(data), len(data)),
            *(len(word), 0),
        )
        body.write(b"PK\3\4" + shared + word + data)
        rest = struct.pack("<3H2I", 0, 0, 0, _REGULAR, place)
        central.write(b"PK\1\2" + struct.pack("<H", _UNIX | _VERSION) + shared + rest + word)
    counts = (0, 0, len(files), len(files))
    sizes = (len(central.getvalue()), body.tell())
    body.write(central.getvalue() + b"PK\5\6" + struct.pack("<4H2IH", *counts, *sizes, 0))
    return body.getvalue()


def read_archive(data: bytes, file: str) -> dict[str, bytes]:
    """Read what `write_archive` wrote, and nothing else.

    Parameters
    ----------
    data
        The archive.
    file
        Its name, for errors.

    Returns
    -------
    dict
        The files' bytes, in order.

    Raises
    ------
    NotABundleError
        If it is no zip, or is cut short.
    UnsafeBundleError
        If an entry leads out of the archive, is no plain file, is compressed, stands twice, or all
        are too many or too large. Nothing is decompressed, nothing is written to disk.
    TamperedBundleError
        If there are bytes that belong to no file.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGE as error:
        raise NotABundleError(file, "it is no zip archive, or its end is missing") from error
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise UnsafeBundleError(
            file, entries[MOST_FILES].filename, f"is one of {len(entries)} files, too many"
        )
    if (total := sum(entry.file_size for entry in entries)) > LARGEST:
        largest = max(entries, key=lambda entry: entry.file_size).filename
        raise UnsafeBundleError(file, largest, f"belongs to {total} bytes in all, a zip bomb")
    seen: set[str] = set()
    for entry in entries:
        if reason := _fault(entry, seen):
            raise UnsafeBundleError(file, entry.orig_filename, reason)
        seen.add(entry.filename)
    try:
        files = {entry.filename: archive.read(entry) for entry in entries}
    except zipfile.BadZipFile as error:
        raise TamperedBundleError(file, str(error).split("'")[-2:][0], "was changed") from error
    except _DAMAGE as error:
        raise NotABundleError(file, f"its archive is damaged: {error}") from error
    if write_archive(files) != data:
        raise TamperedBundleError(file, "the archive", "holds bytes that belong to no file")
    return files


def _fault(entry: zipfile.ZipInfo, seen: set[str]) -> str:
    """Say why an entry may not be there, or nothing."""
    name, kind = entry.orig_filename, stat.S_IFMT(entry.external_attr >> 16)
    faults = {
        "is an absolute path": name.startswith("/") or PureWindowsPath(name).drive != "",
        "has a backslash in its path": "\\" in name,
        "is a path that leads out of the archive": ".." in PurePosixPath(name).parts,
        "has a control character in its name": not name.isprintable() or "\0" in name,
        "stands twice in the archive": entry.filename in seen,
        "is a symbolic link": kind == stat.S_IFLNK,
        "is no plain file": kind not in (0, stat.S_IFREG) or entry.is_dir(),
        "is encrypted": bool(entry.flag_bits & 1),
        f"is compressed ({entry.file_size} bytes in {entry.compress_size}: a zip bomb?)": (
            entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size
        ),
    }
    return next((reason for reason, holds in faults.items() if holds), "")
