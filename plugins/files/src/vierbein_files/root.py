"""ROOT files: TTree and RNTuple."""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import uproot

from vierbein.errors.base import VierbeinError
from vierbein.errors.records import UnreadableFileError
from vierbein.events.records import Records
from vierbein.interfaces.dataset import Columns, Dataset
from vierbein_files.columns import Layout, owner
from vierbein_files.errors import MissingTreeError
from vierbein_files.streaming import OpenFile, Runs, files_of, provenance_of, stream
from vierbein_files.writing import whole

_TREES = ("TTree", "ROOT::RNTuple")
_LARGE_FILES = 1_000_000
"""From this version number on, a file's header has positions of 64 bits."""
_WRITTEN_TREE = "events"


class Root(Dataset):
    """Events in ROOT files, one an entry of a TTree or RNTuple.

    Branches are named as in the file (``Jet_pt``, ``Jet.PT``); parts of objects follow after a dot.

    Parameters
    ----------
    path
        A file, a pattern such as ``data/*.root``, or several of these.
    tree
        The tree's name; the file's first one if empty.
    chunk
        Events in memory at a time, besides the basket or cluster that they are read from.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".root",)

    def __init__(self, path: str | list[str], tree: str = "", chunk: int = 10_000) -> None:
        self.path = path
        self.tree = tree
        self.chunk = chunk

    def provenance(self) -> dict[str, Any]:
        """Give the tree, and name, size and sha256 of each file."""
        files = provenance_of(files_of(self.path))
        return {"format": "root", "tree": self.tree, "files": files}

    def read(self, columns: Sequence[str]) -> Iterator[Records]:
        """Stream columns, in the order of the files and their entries."""
        return stream(files_of(self.path), self._open, columns)

    @classmethod
    def write(cls, path: Path, runs: Iterable[Columns]) -> None:
        """Write columns to the tree ``events`` of a new file, one run of them in memory at a time.

        The file appears when all runs are in it; one that was there is replaced.

        Parameters
        ----------
        path
            The file.
        runs
            Runs of the same columns, one value an event; there is at least one.
        """
        with whole(path) as temporary, uproot.recreate(temporary) as file:
            tree = None
            for run in runs:
                if tree is None:
                    kinds = {name: values.dtype for name, values in run.items()}
                    tree = file.mktree(_WRITTEN_TREE, kinds)
                tree.extend(dict(run))

    @contextmanager
    def _open(self, path: Path) -> Iterator[OpenFile]:
        with _guarded(path):
            _check_whole(path)
            file = uproot.open(path)
        with file:
            with _guarded(path):
                kinds = {key.partition(";")[0]: kind for key, kind in file.classnames().items()}
                trees = [name for name, kind in kinds.items() if kind in _TREES]
            if (self.tree not in trees) if self.tree else not trees:
                raise MissingTreeError(str(path), self.tree, trees)
            with _guarded(path):
                tree = file[self.tree or trees[0]]
                keys = _keys(tree)
            # A branch inside another is `Jet/Jet.PT` to uproot, and `Jet.PT` to everybody else.
            keyed = {key.rpartition("/")[2]: key for key in reversed(keys)} | {k: k for k in keys}

            def runs(columns: Sequence[str]) -> Runs:
                wanted = {key: keyed[key] for name in columns if (key := owner(name, keyed))}
                steps = _steps(tree, wanted, self.chunk)
                while True:
                    with _guarded(path):
                        run = next(steps, None)
                    if run is None:
                        return
                    yield run

            yield OpenFile([*keyed], runs)


def _keys(tree: Any) -> list[str]:
    if isinstance(tree, uproot.TTree):
        names: list[str] = tree.keys()
        return names
    # The keys() of an RNTuple takes 10 s for 2,000 fields: its time grows with their square.
    return [*dict.fromkeys(field.path for field in tree.all_fields if not field.is_anonymous)]


def _steps(tree: Any, wanted: Mapping[str, str], chunk: int) -> Iterator[dict[str, Layout]]:
    if isinstance(tree, uproot.TTree):
        branches = {name: tree[key] for name, key in wanted.items()}
        chosen = {id(branch) for branch in branches.values()}
        for arrays in tree.iterate(
            filter_branch=lambda branch: id(branch) in chosen, step_size=chunk, how=dict
        ):
            yield {name: arrays[branch.name].layout for name, branch in branches.items()}
        return
    # Of an RNTuple uproot reads whole clusters: each is read once, and then cut.
    for cluster in tree.cluster_summaries:
        start, num = int(cluster.num_first_entry), int(cluster.num_entries)
        arrays = {
            name: tree[key].array(entry_start=start, entry_stop=start + num).layout
            for name, key in wanted.items()
        }
        for low in range(0, num, chunk):
            yield {name: layout[low : low + chunk] for name, layout in arrays.items()}


def _check_whole(path: Path) -> None:
    """Hold a file's size against the one that its header gives: its lost end may never be read."""
    with path.open("rb") as file:
        magic, version, _, *ends = struct.unpack(">4s2i2I", file.read(20).ljust(20, b"\0"))
    end = ends[0] if version < _LARGE_FILES else (ends[0] << 32) + ends[1]
    size = path.stat().st_size
    if magic == b"root" and size < end:
        raise UnreadableFileError(
            str(path), f"it was cut short: {size} bytes are left of {end}", "a whole ROOT file"
        )


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    """Name the file in whatever a damaged one makes uproot raise."""
    try:
        yield
    except (MemoryError, VierbeinError):
        raise
    except Exception as error:
        reason = " ".join(str(error).split("\n\n")[0].split()) or type(error).__name__
        raise UnreadableFileError(str(path), reason, "a ROOT file") from error
