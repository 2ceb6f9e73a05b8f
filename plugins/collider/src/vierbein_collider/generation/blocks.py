"""Blocks of jets: what a block holds depends on the seed, the domain and its number alone."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from vierbein.events.jagged import Jagged, entries_of
from vierbein.events.records import Column, Records
from vierbein_collider.errors import SeedRangeError
from vierbein_collider.generation.clustering import Jets, cluster
from vierbein_collider.generation.collisions import Collisions, collisions
from vierbein_collider.generation.detectors import Detector
from vierbein_collider.generation.precision import round_grid, round_mantissa
from vierbein_collider.generation.processes import Process
from vierbein_collider.generation.smearing import Candidates, reconstruct
from vierbein_collider.jet_columns import MAX_SEED, event_ids

BLOCK = 1000
"""Jets of each process in a block: each block and process has a seed of its own."""

_PYTHIA_SEEDS = 900_000_000
_DETECTOR_STREAM, _ORDER_STREAM = 1, 2

Progress = Callable[[int], None]


def generate(
    detector: Detector,
    processes: Sequence[Process],
    num_jets: int,
    seed: int,
    progress: Progress = lambda _: None,
) -> Iterator[Records]:
    """Yield blocks of jets, with one jet of each process in every run of `len(processes)` jets.

    The first jets are the same whatever `num_jets` is.

    Parameters
    ----------
    detector
        The detector that sees them.
    processes
        The hard processes, in equal shares.
    num_jets
        Number of jets in all.
    seed
        Together with the domain, the process and the block it fixes every number.
    progress
        Told how many jets have just been made.

    Yields
    ------
    Records
        At most `BLOCK` jets of each process.

    Raises
    ------
    SeedRangeError
        If the seed does not fit into an event id.
    GeneratorNotInstalledError
        If Pythia or FastJet is not installed.
    """
    if not 0 <= seed <= MAX_SEED:
        raise SeedRangeError(seed, MAX_SEED)
    done, block = 0, 0
    while done < num_jets:
        groups = min(BLOCK, -(-(num_jets - done) // len(processes)))
        shares = [_share(detector, p, seed, block, groups, progress) for p in processes]
        codes = [detector.code, *(process.code for process in processes)]
        order = np.tile(np.arange(len(processes)), (BLOCK, 1))
        order = _rng(seed, *codes, block, _ORDER_STREAM).permuted(order, axis=1)[:groups]
        positions = (order * groups + np.arange(groups)[:, None]).ravel()[: num_jets - done]
        columns = {
            name: _take(_concatenate([share[name] for share in shares]), positions)
            for name in shares[0]
        }
        entries = np.arange(done, done + len(positions))
        yield Records(columns, source_name(detector), entries)
        done, block = done + len(positions), block + 1


def source_name(detector: Detector) -> str:
    """Name generated jets in messages, as a file's name would."""
    return f"pythia8 ({detector.name})"


def _rng(*key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(key))


def _share(
    detector: Detector, process: Process, seed: int, block: int, num: int, progress: Progress
) -> dict[str, Column]:
    key = (seed, detector.code, process.code, block)
    pythia_seed = 1 + int(np.random.SeedSequence(key).generate_state(1)[0]) % _PYTHIA_SEEDS
    rng = _rng(*key, _DETECTOR_STREAM)
    parts: list[dict[str, Column]] = []
    made = 0
    for batch in collisions(process.settings, detector, pythia_seed):
        candidates = reconstruct(batch.particles, detector, rng)
        if process.effect is not None:
            candidates = process.effect(candidates, batch, rng)
        jets = cluster(candidates, len(batch.parton_pdg), detector.radius, detector.jet_pt[0])
        chosen = select(jets, batch, detector, process)
        parts.append(describe(jets, candidates, chosen, detector.max_particles))
        progress(min(len(chosen), num - made))
        made += len(chosen)
        if made >= num:
            break
    share = {name: _concatenate([part[name] for part in parts]) for name in parts[0]}
    share = {name: _take(column, np.arange(num)) for name, column in share.items()}
    ids = event_ids(seed, detector.code, process.code, block, np.arange(num))
    return {"event_id": ids, "process": np.full(num, process.code, np.int8), **share}


def select(
    jets: Jets, batch: Collisions, detector: Detector, process: Process
) -> NDArray[np.int64]:
    """Take each collision's hardest jet around a parton of the process.

    One jet a collision, so that jets are independent. The parton lies within one radius of the
    jet's axis; nothing is asked of its decay products.
    """
    eta, phi = batch.parton_eta[jets.collision], batch.parton_phi[jets.collision]
    distance = np.hypot(eta - jets.eta[:, None], _wrap(phi - jets.phi[:, None]))
    is_wanted = np.isin(np.abs(batch.parton_pdg[jets.collision]), process.partons)
    is_good = (
        ((distance < detector.radius) & is_wanted).any(axis=1)
        & (jets.pt > detector.jet_pt[0])
        & (jets.pt < detector.jet_pt[1])
        & (np.abs(jets.eta) < detector.jet_eta_max)
    )
    good = np.flatnonzero(is_good)
    by_collision = good[np.lexsort([-jets.pt[good], jets.collision[good]])]
    _, first = np.unique(jets.collision[by_collision], return_index=True)
    return by_collision[first]


def describe(
    jets: Jets, candidates: Candidates, chosen: NDArray[np.int64], max_particles: int
) -> dict[str, Column]:
    """Write jets as columns, rounded; steps are 2^-10 (pT, E), 2^-12 (angles), 2^-9 mm (d0)."""
    entries, offsets = entries_of(jets.offsets, chosen)
    members = jets.members[entries]
    jet = np.repeat(np.arange(len(chosen)), np.diff(offsets))
    by_pt = np.lexsort([-candidates.pt[members], jet])
    kept = by_pt[np.arange(len(jet)) - offsets[jet] < max_particles]
    members, jet = members[kept], jet[kept]
    counts = np.bincount(jet, minlength=len(chosen))
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    axis_eta, axis_phi = round_grid(jets.eta[chosen], 14), round_grid(jets.phi[chosen], 14)
    pt, eta = candidates.pt[members], candidates.eta[members]
    particles: dict[str, NDArray[np.generic]] = {
        "part_pt": round_mantissa(pt, 10),
        "part_deta": round_grid(eta - axis_eta[jet], 12),
        "part_dphi": round_grid(_wrap(candidates.phi[members] - axis_phi[jet]), 12),
        "part_e": round_mantissa(pt * np.cosh(eta), 10),
        "part_charge": candidates.charge[members].astype(np.int8),
        "part_kind": candidates.kind[members].astype(np.int8),
        "part_d0": round_grid(candidates.d0[members], 9),
    }
    return {
        "jet_pt": round_mantissa(jets.pt[chosen], 14),
        "jet_eta": axis_eta,
        "jet_phi": axis_phi,
        "jet_mass": round_mantissa(jets.mass[chosen], 14),
        **{name: Jagged(values, ends) for name, values in particles.items()},
    }


def _wrap(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    return (angle + np.pi) % (2 * np.pi) - np.pi


def _take(column: Column, positions: NDArray[np.int64]) -> Column:
    if not isinstance(column, Jagged):
        return column[positions]
    entries, offsets = entries_of(column.offsets, positions)
    return Jagged(column.values[entries], offsets)


def _concatenate(columns: Sequence[Column]) -> Column:
    jagged = [column for column in columns if isinstance(column, Jagged)]
    if not jagged:
        return np.concatenate([column for column in columns if not isinstance(column, Jagged)])
    values: NDArray[np.generic] = np.concatenate([column.values for column in jagged])
    lengths = np.concatenate([np.diff(column.offsets) for column in jagged])
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return Jagged(values, offsets)
