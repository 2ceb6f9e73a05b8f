"""What is shipped: is it what its card says, and does the generator make it again?"""

import hashlib
import re

import numpy as np
import pytest

from vierbein.errors.files import HashMismatchError
from vierbein.errors.records import MissingColumnError, UnreadableFileError
from vierbein.events.jagged import Jagged
from vierbein_neutrino.blocks import VERSION, Setup, generate
from vierbein_neutrino.datasets.neutrino_anomalies import NeutrinoAnomalies
from vierbein_neutrino.datasets.neutrino_events import NeutrinoEvents
from vierbein_neutrino.errors import UnknownSignalError
from vierbein_neutrino.event_columns import COLUMNS
from vierbein_neutrino.signals.bank import bank

BANKS = [(nucleus, anti) for nucleus in ("C12", "Ar40") for anti in (False, True)]
every_bank = pytest.mark.parametrize(("nucleus", "anti"), BANKS)


def test_all_banks_together_are_small_enough_to_be_shipped():
    sizes = [NeutrinoAnomalies(n, anti=a).path.stat().st_size for n, a in BANKS]
    assert sum(sizes) < 10e6


@every_bank
def test_card_and_file_agree(nucleus, anti):
    dataset = NeutrinoAnomalies(nucleus, anti=anti)
    card = dataset.card
    assert hashlib.sha256(dataset.path.read_bytes()).hexdigest() == card["sha256"]
    assert dataset.path.stat().st_size == card["size"]
    assert (card["nucleus"], card["anti"], card["physics"]) == (nucleus, anti, VERSION)
    assert f"--nucleus {nucleus}{' --anti' * anti} --num-events" in card["command"]
    assert re.search(rf"--seed {card['seed']}\b", card["command"])
    made = bank(Setup(nucleus, anti=anti).exposure)
    assert card["signals"] == {name: signal.to_json() for name, signal in made.items()}


@every_bank
def test_the_shipped_bytes_come_out_again(nucleus, anti):
    dataset, setup = NeutrinoAnomalies(nucleus, anti=anti), Setup(nucleus, anti=anti)
    signals = bank(setup.exposure)
    # All of one bank, and of the others one signal of each kind of scenario.
    is_first = (nucleus, anti) == BANKS[0]
    for name in signals if is_first else ("pion_burst_2", "two_nucleons_050", "missing_hadron"):
        (shipped,) = dataset.samples()[name].read(COLUMNS)
        signal = signals[name]
        made = generate(signal.scenario, setup, 8, dataset.card["seed"], signal.code)
        again = next(made)
        for column in COLUMNS:
            one, other = shipped[column], again[column]
            assert isinstance(one, Jagged) == isinstance(other, Jagged)
            if isinstance(other, Jagged):
                assert np.array_equal(one.offsets[:9], other.offsets), (name, column)
                one, other = one.values, other.values
            assert one.dtype == other.dtype, column
            assert one[: len(other)].tobytes() == other.tobytes(), (name, column)


def test_samples_are_the_signals_by_name():
    dataset = NeutrinoAnomalies()
    samples = dataset.samples()
    assert len(samples) >= 10
    assert list(samples) == list(dataset.signals)
    for name, part in samples.items():
        (run,) = part.read(["signal"])
        assert set(run["signal"].tolist()) == {dataset.signals[name]["code"]}
        assert len(run) == dataset.card["num_events"]
        assert list(part.samples()) == [name]


def test_ids_are_unique_over_all_banks_and_the_generator():
    runs = [run for n, a in BANKS for run in NeutrinoAnomalies(n, anti=a).read(["event_id"])]
    runs += list(NeutrinoEvents(num_events=1000, seed=2026).read(["event_id"]))
    ids = np.concatenate([run["event_id"] for run in runs])
    assert len(np.unique(ids)) == len(ids)


def test_a_misspelt_signal_is_named():
    with pytest.raises(UnknownSignalError, match="Did you mean missing_hadron"):
        NeutrinoAnomalies(signal="missing_hadrn")


def test_a_flipped_byte_is_refused(tmp_path):
    dataset = NeutrinoAnomalies()
    damaged = bytearray(dataset.path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    dataset.path = tmp_path / "bank.parquet"
    dataset.path.write_bytes(damaged)
    with pytest.raises(HashMismatchError, match=r"bank\.parquet: refused"):
        next(dataset.read(["event_id"]))


def test_a_missing_file_and_a_missing_column_are_named(tmp_path):
    dataset = NeutrinoAnomalies()
    with pytest.raises(MissingColumnError, match="no column 'part_dxy'"):
        next(dataset.read(["part_dxy"]))
    dataset.path = tmp_path / "bank.parquet"
    with pytest.raises(UnreadableFileError, match="there is no such file"):
        next(dataset.read(["event_id"]))
