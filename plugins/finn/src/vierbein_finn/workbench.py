"""Folders to work in, gone afterwards, unless there is a log to read."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vierbein.errors.base import VierbeinError


@contextmanager
def workbench() -> Iterator[Path]:
    """Give an empty folder; it stays if a program fails there, since its log tells why.

    Yields
    ------
    Path
        The folder.

    Raises
    ------
    VierbeinError
        Whatever was raised inside.
    """
    folder = Path(tempfile.mkdtemp(prefix="vierbein-finn-"))
    try:
        yield folder
    except VierbeinError:
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
