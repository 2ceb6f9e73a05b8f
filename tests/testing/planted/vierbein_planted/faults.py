"""Which component has which fault, and which check must catch it."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from vierbein.events.jagged import Jagged
from vierbein.events.records import Records
from vierbein.testing.adapter import AdapterContract
from vierbein.testing.check import checks
from vierbein.testing.contract import Contract
from vierbein.testing.kinds import contract_of

FOLDER = Path(__file__).parent.parent
MAIN = "vierbein-planted"


class Fault(NamedTuple):
    """One component with one fault.

    Parameters
    ----------
    kind
        What it is.
    name
        Its entry point's name.
    target
        Where it is.
    twin
        The good component that it differs from.
    check
        What must catch it.
    distribution
        Who offers it.
    """

    kind: str
    name: str
    target: str
    twin: str
    check: str
    distribution: str = MAIN


GOOD = {
    "backbone": {"sets": "backbones:Sets", "masses": "backbones:Masses"},
    "objective": {"counts": "objectives:Counts"},
    "tuner": {"shifts": "tuners:Shifts"},
    "adapter": {"declared": "adapters:Declared"},
    "observable": {"total_energy": "others:TotalEnergy"},
    "task": {"kinds": "others:Kinds"},
    "dataset": {"drawn": "others:Drawn"},
    "safeguard": {"moved": "safeguards:Moved"},
    "hardware": {"whole": "hardwares:Whole"},
    "generator": {"clouds": "learned:Clouds"},
    "compressor": {"prune": "learned:Prune"},
    "hooks": {"watcher": "hooks_good"},
    "command": {"greet": "command_good"},
}
"""Kind -> name -> target inside this package: they pass every check."""

_PLANTED = {
    ("backbone", "sets", "backbones"): {
        "Ordered": "test_order_of_particles",
        "LeaksPadding": "test_padding",
        "SeesOthers": "test_other_events_of_the_batch",
        "DeadParameter": "test_gradients_reach_every_parameter",
        "Noisy": "test_deterministic_in_evaluation",
        "SharedState": "test_instances_share_nothing",
        "SharedCopy": "test_deepcopy",
        "EmptyNaN": "test_event_without_particles",
        "HiddenBuffer": "test_parameters_travel_as_safetensors",
        "SinglePrecision": "test_keeps_double_precision",
        "InPlace": "test_leaves_the_events_alone",
        "BlocksBackwards": "test_blocks",
        "FixedSeed": "test_same_seed_same_parameters",
        "Unfilled": "test_same_seed_same_parameters",
        "FullSlots": "test_empty_slots_are_zero",
        "Overflows": "test_extreme_events",
        "UnknownClaim": "test_claimed_symmetries",
        "FalseE3": "test_claimed_symmetries",
        "ClaimsWhenBuilt": "test_claimed_symmetries",
        "Untyped": "test_settings_are_typed",
        "Unexplained": "test_settings_have_meanings",
        "Drifting": "test_source_agrees_with_class",
        "Silent": "test_has_a_docstring",
        "Unfinished": "test_implements_its_interface",
    },
    ("backbone", "masses", "backbones"): {
        "FalseLorentz": "test_claimed_symmetries",
        "SlightlyFalseLorentz": "test_claimed_symmetries",
        "Cancels": "test_claimed_symmetries",
        "FalseRotation": "test_claimed_symmetries",
        "FalseBoost": "test_claimed_symmetries",
    },
    ("objective", "counts", "objectives"): {
        "MeanLoss": "test_loss_is_one_number_an_event",
        "EmptyNaN": "test_loss_is_one_number_an_event",
        "BatchLoss": "test_event_by_event",
        "Weighted": "test_event_by_event",
        "Restless": "test_same_validation_loss",
        "NoSeed": "test_same_seed_same_training",
        "ForgetsTheBackbone": "test_all_that_is_kept_learns",
        "KeepsADeadHead": "test_all_that_is_kept_learns",
        "UsesTheHead": "test_all_that_is_kept_learns",
        "NeedsTruth": "test_needs_no_truth",
        "FreezesTheEntry": "test_leaves_what_it_is_given_alone",
        "TouchesTheEvents": "test_leaves_what_it_is_given_alone",
        "HiddenState": "test_travels",
        "Uphill": "test_learns",
    },
    ("tuner", "shifts", "tuners"): {
        "NotIdentity": "test_identity_at_start",
        "DeadUpdate": "test_tuned_parameters_are_live",
        "FrozenHead": "test_something_learns",
        "SharedUpdate": "test_networks_share_nothing",
        "WritesTheBase": "test_frozen_parameters_stay",
        "FrozenProjection": "test_new_features_can_be_learned",
        "NoSeed": "test_same_seed_same_start",
        "FalseMerge": "test_merges",
        "HidesTheBase": "test_difference_to_the_base",
        "NegativeRate": "test_rates",
        "NeverLearns": "test_rates",
        "GroupsTheFrozen": "test_rates",
        "PullsToZero": "test_penalty",
        "NothingButReplay": "test_replay",
    },
    ("adapter", "declared", "adapters"): {
        "WrongUnit": "test_expected_events",
        "WrongLength": "test_expected_events",
        "WrongPdg": "test_pdg_codes",
        "MixedUnits": "test_four_momenta_are_physical",
        "FeatureInMev": "test_schema_is_valid",
        "Uncited": "test_truths_are_cited",
        "SwallowsNaN": "test_refuses_what_is_no_number",
        "BesideTheMapping": "test_closure",
        "NormalisesPerRun": "test_reads_in_runs",
        "NeedsLabels": "test_reads_measured_events",
        "TakesAnyUnit": "test_refuses_another_unit",
        "SameIds": "test_reads_records",
    },
    ("observable", "total_energy", "others"): {
        "MeanEnergy": "test_one_finite_number_an_event",
        "FirstEnergy": "test_order_of_particles",
        "RelativeEnergy": "test_event_by_event",
        "Uncited": "test_says_what_it_is",
    },
    ("task", "kinds", "others"): {
        "Broadcasts": "test_refuses_other_shapes",
        "SilentTrap": "test_loss_is_one_number_an_event",
        "BatchLoss": "test_loss_is_one_number_an_event",
        "Inverted": "test_perfect_and_random_scores",
        "Unweighted": "test_event_weights_count_events",
    },
    ("dataset", "drawn", "others"): {
        "Unseeded": "test_same_bytes_twice",
        "Timed": "test_provenance",
        "SameProvenance": "test_provenance",
        "DrawsOnDemand": "test_columns_do_not_depend_on_each_other",
        "KeyErrors": "test_refuses_missing_columns",
        "AllAtOnce": "test_streams",
    },
    ("safeguard", "moved", "safeguards"): {
        "NeverFires": "test_power",
        "AlwaysFires": "test_false_alarm_rate",
        "FiresOften": "test_false_alarm_rate",
        "ExpectsNothing": "test_false_alarm_rate",
        "MovesTheThreshold": "test_threshold_is_declared",
        "NoNumber": "test_verdicts_are_complete",
        "NumpyInside": "test_verdicts_survive_json",
        "Restless": "test_same_run_same_verdict",
    },
    ("hardware", "whole", "hardwares"): {
        "OffByOneBit": "test_agrees_with_golden_vectors",
        "Stale": "test_another_network_another_artifact",
        "HeavyProbe": "test_probe_is_light",
        "LosesFiles": "test_artifact",
        "Guesses": "test_report",
        "TakesAnything": "test_names_what_it_cannot_lower",
        "AnyLevel": "test_refuses_other_levels",
        "SpoilsTheNetwork": "test_leaves_the_network_alone",
    },
    ("generator", "clouds", "learned"): {
        "GlobalNoise": "test_same_rng_same_events",
        "MeanLoss": "test_loss",
        "NoisyLoss": "test_same_rng_same_loss",
        "ForgetsConditions": "test_samples_events",
        "ScalesTwice": "test_prepares",
        "ScalesApart": "test_parameters_travel_as_safetensors",
    },
    ("compressor", "prune", "learned"): {
        "PrunesTheGiven": "test_leaves_the_network_alone",
        "PrunesAgain": "test_is_restored",
        "PrunesNothing": "test_makes_it_smaller",
        "PrunesAll": "test_same_task",
    },
}

_APART = (
    ("hooks", "misspelt", "hooks_misspelt", "watcher", "test_hooks_are_known"),
    ("hooks", "draws", "hooks_draws", "watcher", "test_changes_nothing"),
    ("hooks", "freezes", "hooks_freezes", "watcher", "test_changes_nothing"),
    ("command", "heavy", "command_heavy", "greet", "test_help_is_light"),
    ("command", "renamed", "command_good", "greet", "test_adds_its_command"),
    ("backbone", "undeclared", "backbones:Sets", "sets", "test_declares_vierbein"),
    ("backbone", "old", "backbones:Sets", "sets", "test_is_compatible"),
    ("backbone", "future", "backbones:Sets", "sets", "test_is_compatible"),
    ("observable", "heavy", "vierbein_heavy.energy:Energy", "total_energy", "test_imports_lightly"),
)
"""Faults of a whole distribution: each has one of its own."""


def faults() -> list[Fault]:
    """List every planted fault."""
    found = [
        Fault(kind, name.lower(), f"vierbein_planted.{module}:{name}", twin, check)
        for (kind, twin, module), planted in _PLANTED.items()
        for name, check in planted.items()
    ]
    for kind, name, target, twin, check in _APART:
        whole = target if target.startswith("vierbein_heavy") else f"vierbein_planted.{target}"
        found.append(Fault(kind, name, whole, twin, check, f"planted-{kind}-{name}"))
    return found


@contextmanager
def planted(folder: Path) -> Iterator[None]:
    """Install the good and the faulty components into a folder, by their metadata alone."""
    entries: dict[str, list[str]] = {}
    for kind, names in GOOD.items():
        for name, target in names.items():
            entries.setdefault(MAIN, []).append(_entry(kind, name, f"vierbein_planted.{target}"))
    for fault in faults():
        api = 2 if fault.name == "future" else 1
        entries.setdefault(fault.distribution, []).append(
            _entry(fault.kind, fault.name, fault.target, api)
        )
    for distribution, lines in entries.items():
        info = folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        needs = {
            "planted-backbone-undeclared": "",
            "planted-backbone-old": "Requires-Dist: vierbein>=0.0.1,<0.0.2\n",
        }.get(distribution, "Requires-Dist: vierbein>=0.1,<0.2\n")
        head = f"Metadata-Version: 2.3\nName: {distribution}\nVersion: 1.0\n{needs}"
        (info / "METADATA").write_text(head, encoding="utf-8")
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    heavy = folder / "vierbein_heavy"
    heavy.mkdir()
    (heavy / "__init__.py").write_text('"""A package."""\n\nimport pandas\n', encoding="utf-8")
    (heavy / "energy.py").write_text(
        "from vierbein_planted.others import TotalEnergy as Energy\n", encoding="utf-8"
    )
    paths = [str(folder), str(FOLDER)]
    sys.path[:0] = paths
    try:
        yield
    finally:
        for path in paths:
            sys.path.remove(path)


def _entry(kind: str, name: str, target: str, api: int = 1) -> str:
    return f"[vierbein.v{api}.{kind}]\n{name} = {target}"


def contract(kind: str, name: str, distribution: str = MAIN) -> type[Contract]:
    """Write the class that the component's author would write."""
    body = {"component": name, "distribution": distribution, **_BODIES.get(kind, {})}
    return type(f"Test{kind}{name}", (contract_of(kind),), body)


def outcome(tests: type[Contract], check: str) -> str:
    """Run a check: what it says, or nothing if it passes."""
    try:
        getattr(tests(), check)()
    except pytest.fail.Exception as failure:
        return str(failure)
    return ""


def broken(tests: type[Contract]) -> dict[str, str]:
    """Run every check of a component, and give what those say that fail."""
    said = {name: outcome(tests, name) for name in checks(tests)}
    return {name: text for name, text in said.items() if text}


def _records(_: AdapterContract) -> Records:
    """Two events of the detector: an electron, a photon and a proton; a positron."""
    offsets = np.array([0, 3, 4])

    def jagged(*values: float) -> Jagged:
        return Jagged(np.array(values, dtype=np.float64), offsets)

    mev = {"px": (3000.0, 0.0, 100.0, 40.0), "py": (4000.0, 0.0, 0.0, 0.0)}
    mev |= {"pz": (0.0, 700.0, 0.0, 30.0), "e": (5000.0, 700.0, 943.6, 50.002)}
    columns: dict[str, Any] = {name: jagged(*values) for name, values in mev.items()}
    columns |= {"q": jagged(-1, 0, 1, 1), "code": jagged(0, 2, 3, 1), "d0": jagged(5, 0, -1, 2)}
    columns |= {"kind": np.array([1, 0]), "number": np.array([11, 12])}
    columns["weight"] = np.array([0.5, 2.0])
    return Records(columns, "two events")


def _expected(_: AdapterContract) -> Mapping[str, Any]:
    return {
        "p4": [[5, 3, 4, 0], [0.7, 0, 0, 0.7], [0.9436, 0.1, 0, 0], [0.050002, 0.04, 0, 0.03]],
        "pdg": [11, 22, 2212, -11],
        "features.d0": [0.5, 0, -0.1, 0.2],
        "truth.kind": [1, 0],
        "event_weight": [0.5, 2.0],
    }


_BODIES: dict[str, dict[str, Any]] = {
    "adapter": {"records": _records, "expected": _expected},
    "dataset": {"columns": ("pt", "kind"), "other_settings": {"seed": 1}},
    "task": {"chance": 0.5},
}
