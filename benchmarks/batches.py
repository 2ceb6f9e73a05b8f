"""Measure batches from the cached flat file against weaver-core's loader from ROOT, and padding.

Both read the same synthetic jets in one process, in turns, timed in CPU seconds: from the file to
shuffled, padded tensors of four-momenta, features, mask and label, 256 events a batch. weaver-core
is installed into a throw-away virtual environment that sees this one's packages, torch among them.

weaver-core reads a fraction of each file at a time: by default a hundredth, with which jet taggers
are trained from files of 100,000 jets as here. A tenth is faster and takes more memory.
"""

import json
import os
import re
import subprocess
import sysconfig
import venv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import awkward as ak
import numpy as np
import pyarrow.parquet as pq
import torch
import uproot
from torch import Tensor
from torch.utils.data import DataLoader

from rows import write_row
from vierbein.events.buckets import batches, padding_waste
from vierbein.events.mapping import Mapping
from vierbein.events.quantity import Quantity
from vierbein.events.table import EventTable
from vierbein.storage.event_cache import write_table
from vierbein_files.root import Root

COMMAND = "python benchmarks/batches.py"
WEAVER = "weaver-core==0.5.3"
FETCH_STEPS = {"batches_vs_weaver": 0.01, "batches_vs_weaver_large_fetch": 0.1}
BATCH_SIZE = 256
BASKET = 1_000
LONGEST = 128
MOMENTA = {"E": "part_energy", "px": "part_px", "py": "part_py", "pz": "part_pz"}
KINDS = ("electron", "muon", "photon", "charged_hadron", "neutral_hadron")
RAW = ("part_deta", "part_dphi", "part_d0_err", "part_dz_err", "part_charge")
DERIVED = {
    "log_pt": "log(hypot(part_px, part_py))",
    "log_e": "log(part_energy)",
    "log_pt_fraction": "log(hypot(part_px, part_py) / jet_pt)",
    "log_e_fraction": "log(part_energy / jet_energy)",
    "delta_r": "hypot(part_deta, part_dphi)",
    "d0": "tanh(part_d0_value)",
    "dz": "tanh(part_dz_value)",
}
"""The seven of a jet tagger's seventeen features that are not in the file as they are."""
FEATURES = (*DERIVED, *RAW, *(f"part_is_{kind}" for kind in KINDS))
MAPPING = Mapping(
    domain="synthetic",
    p4=MOMENTA,
    features={name: Quantity(DERIVED.get(name, name)) for name in FEATURES},
    truth={"label": Quantity("is_top")},
    largest_energy=1e6,
)
SAMPLES = Path(__file__).parents[1] / "plugins/collider/src/vierbein_collider/sample"


def write_jets(path: Path, num: int) -> None:
    """Write synthetic jets to ROOT, in baskets that weaver's default step does not cut."""
    rng = np.random.default_rng(1)
    with uproot.recreate(path, compression=uproot.ZSTD(5)) as file:
        tree = None
        for start in range(0, num, BASKET):
            run = jets(rng, min(BASKET, num - start))
            tree = tree or file.mktree(
                "tree", {n: column.type.content for n, column in run.items()}
            )
            tree.extend(run)


def jets(rng: np.random.Generator, num: int) -> dict[str, ak.Array]:
    """Draw jets of N(45, 20) particles within 5 and 128, spread around their axis."""
    lengths = np.clip(rng.normal(45, 20, num).astype(int), 5, LONGEST)
    size = int(lengths.sum())
    axis = np.repeat(rng.normal(0, 1, num), lengths)
    pt, deta, dphi = rng.exponential(12, size) + 0.1, *rng.normal(0, 0.2, (2, size))
    eta, kind = axis + deta, rng.integers(0, len(KINDS), size)
    flat = {
        "part_energy": pt * np.cosh(eta),
        "part_px": pt * np.cos(dphi),
        "part_py": pt * np.sin(dphi),
        "part_pz": pt * np.sinh(eta),
        "part_deta": deta,
        "part_dphi": dphi,
        "part_charge": rng.integers(-1, 2, size),
        **{f"part_is_{name}": kind == code for code, name in enumerate(KINDS)},
        **{f"part_{d}_value": rng.normal(0, 1, size) for d in ("d0", "dz")},
        **{f"part_{d}_err": rng.exponential(0.1, size) for d in ("d0", "dz")},
    }
    columns = {n: ak.unflatten(values.astype(np.float32), lengths) for n, values in flat.items()}
    is_top = rng.integers(0, 2, num).astype(np.int32)
    total = {
        "jet_pt": ak.sum(columns["part_px"], 1),
        "jet_energy": ak.sum(columns["part_energy"], 1),
    }
    return {**columns, **total, "is_top": ak.Array(is_top), "is_qcd": ak.Array(1 - is_top)}


def weaver_loader(root: Path, step: float) -> DataLoader[Any]:
    """Build weaver's loader as its training program does, in this process."""
    from weaver.utils.dataset import (  # type: ignore[import-not-found]
        SimpleIterDataset,
    )

    def group(names: tuple[str, ...]) -> dict[str, object]:
        return {"length": LONGEST, "pad_mode": "constant", "vars": [[name, None] for name in names]}

    config = {
        "treename": "tree",
        "new_variables": {
            "part_mask": "ak.ones_like(part_energy)",
            **{name: re.sub(r"(\w+)\(", r"np.\1(", text) for name, text in DERIVED.items()},
        },
        "preprocess": {"method": "manual", "data_fraction": None},
        "inputs": {
            "pf_features": group(FEATURES),
            "pf_vectors": group(tuple(MOMENTA.values())),
            "pf_mask": group(("part_mask",)),
        },
        "labels": {"type": "simple", "value": ["is_top", "is_qcd"]},
    }
    file = root.with_suffix(".yaml")
    file.write_text(json.dumps(config), "utf-8")
    dataset = SimpleIterDataset(
        {"jets": [str(root)]}, str(file), batch_size=BATCH_SIZE, for_training=True, fetch_step=step
    )
    return DataLoader(dataset, batch_size=BATCH_SIZE)


def weaver_pass(loader: DataLoader[Any]) -> Iterator[tuple[Tensor, Tensor]]:
    """Go once through weaver's batches, giving features and labels."""
    for inputs, labels, _ in loader:
        yield inputs["pf_features"], labels["_label_"]


def our_pass(table: EventTable, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Go once through our batches, giving features and labels."""
    for part in batches(table.num_particles, BATCH_SIZE, np.random.default_rng(seed)):
        events = table.take(part)
        yield events.padded.features, events.truth["label"]


def rate(tensors: Iterator[tuple[Tensor, Tensor]]) -> float:
    """Give events per CPU second of a pass."""
    start = process_time()
    num = sum(len(labels) for _, labels in tensors)
    return num / (process_time() - start)


def contents(tensors: Iterator[tuple[Tensor, Tensor]], slots: int) -> Tensor:
    """Sum every feature over all events and slots, and count the events behind them."""
    rows = [
        torch.cat([features.double().sum((0, slots)), torch.tensor([float(len(labels))])])
        for features, labels in tensors
    ]
    return torch.stack(rows).sum(0)


def measure(folder: Path, num: int, rounds: int) -> None:
    """Time all in turns and print the rates: this runs inside the throw-away environment."""
    torch.set_num_threads(1)
    root = folder / "jets.root"
    write_jets(root, num)
    runs = Root(str(root)).read(MAPPING.columns())
    table = write_table(folder / "cache", map(MAPPING.read, runs), {})
    loaders = [weaver_loader(root, step) for step in FETCH_STEPS.values()]
    ours = contents(our_pass(table, 0), 1)
    for loader in loaders:  # and weaver's numba functions are compiled
        torch.testing.assert_close(contents(weaver_pass(loader), 2), ours, rtol=1e-4, atol=1.0)
    rates = [
        [rate(our_pass(table, seed)), *(rate(weaver_pass(loader)) for loader in loaders)]
        for seed in range(rounds)
    ]
    print(json.dumps(rates))


def batches_vs_weaver(jets: int, rounds: int) -> None:
    """Install weaver beside this environment, measure, and write the rows."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        venv.create(folder / "venv", with_pip=True)
        python = str(folder / "venv" / "bin" / "python")
        paths = sysconfig.get_paths(vars={"base": str(folder / "venv")})
        shared = f"import site; site.addsitedir({sysconfig.get_paths()['purelib']!r})\n"
        (Path(paths["purelib"]) / "shared.pth").write_text(shared, "utf-8")
        subprocess.run([python, "-m", "pip", "install", "-q", WEAVER], check=True)
        settings = [f"--measure={folder}", f"--jets={jets}", f"--rounds={rounds}"]
        done = subprocess.run(
            [python, __file__, *settings],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    ours, *others = zip(*json.loads(done.stdout.splitlines()[-1]), strict=True)
    for (name, step), theirs in zip(FETCH_STEPS.items(), others, strict=True):
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        against = (
            f"{WEAVER} from ROOT, fetch_step={step}: {median(theirs):.0f} events per CPU second; "
            f"ours {median(ours):.0f}"
        )
        figures = median(ratios), min(ratios), max(ratios)
        print(write_row("main", name, *figures, "1", against, COMMAND))


def waste() -> None:
    """Measure padding over real particles, of the shipped jets in training batches of 128."""
    wastes = []
    for file in sorted(SAMPLES.glob("*.parquet")):
        column = pq.read_table(file, columns=["part_pt"]).column(0).combine_chunks()
        lengths = np.diff(column.offsets.to_numpy())
        orders = (batches(lengths, 128, np.random.default_rng(seed)) for seed in range(5))
        wastes += [padding_waste(lengths, parts) for parts in orders]
    figures = median(wastes), min(wastes), max(wastes)
    print(write_row("main", "padding_waste", *figures, "1", "real particles", COMMAND))


def main() -> None:
    """Measure and write the rows."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--jets", type=int, default=100_000, help="synthetic jets")
    parser.add_argument("--rounds", type=int, default=5, help="passes of each, in turns")
    parser.add_argument("--measure", type=Path, help="used by the benchmark itself")
    arguments = parser.parse_args()
    if arguments.measure:
        measure(arguments.measure, arguments.jets, arguments.rounds)
        return
    waste()
    batches_vs_weaver(arguments.jets, arguments.rounds)


if __name__ == "__main__":
    main()
