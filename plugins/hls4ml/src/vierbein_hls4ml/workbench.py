"""A folder that a tool works in."""

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vierbein.errors.base import VierbeinError
from vierbein_hls4ml.errors import NoRoomError

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def workbench() -> Iterator[Path]:
    """Give a temporary folder; it is kept, for its log, if and only if a tool failed in it.

    Yields
    ------
    Path
        Empty.

    Raises
    ------
    NoRoomError
        If the disk is full.
    """
    folder = Path(tempfile.mkdtemp(prefix="vierbein_hls4ml_"))
    try:
        yield folder
    except VierbeinError:
        raise
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        if error.errno in _FULL:
            raise NoRoomError(str(folder.parent)) from error
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder)
