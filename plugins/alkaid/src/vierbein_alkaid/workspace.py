"""Folders to work in: nothing half-made stays, save what explains a failure."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vierbein.errors.workers import WorkerFailedError


@contextmanager
def workspace() -> Iterator[Path]:
    """Give a folder that is gone afterwards; it stays, with its log, if a program failed in it."""
    folder = Path(tempfile.mkdtemp(prefix="vierbein-alkaid-"))
    try:
        yield folder
    except WorkerFailedError:  # its words name the log
        raise
    except BaseException:
        shutil.rmtree(folder)
        raise
    else:
        shutil.rmtree(folder)
