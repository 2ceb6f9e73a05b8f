"""The contract of hardware backends."""

import math
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

from vierbein.errors.base import VierbeinError
from vierbein.events.batch import EventBatch
from vierbein.interfaces.backbone import Representation
from vierbein.interfaces.hardware import Artifact, Hardware, Level, Numerics, Probe, Vectors
from vierbein.interfaces.network import Network
from vierbein.interfaces.verification import golden, verify
from vierbein.testing.check import check
from vierbein.testing.component import ComponentContract
from vierbein.testing.demand import demand, refuse
from vierbein.testing.fixed_point_network import made_fixed_point_network
from vierbein.testing.lightness import newly_loaded
from vierbein.testing.made_events import made_events
from vierbein.testing.small_network import SCHEMA, SmallHead, small_network, whole_network

PROVENANCES: Final = ("estimate", "simulated", "synthesised", "implemented", "measured")
"""Where a hardware figure may come from."""

LARGEST_TOLERANCE: Final = 0.1


class Lowered(NamedTuple):
    """An artifact of the made network, and what it must reproduce.

    Parameters
    ----------
    hardware
        What lowered it.
    network
        What was lowered.
    artifact
        What came out.
    inputs
        Golden inputs.
    outputs
        Golden outputs.
    folder
        Held so that it lives as long.
    """

    hardware: Hardware
    network: Network
    artifact: Artifact
    inputs: Vectors
    outputs: Vectors
    folder: "tempfile.TemporaryDirectory[str]"


class HardwareContract(ComponentContract):
    """What a hardware backend must do: `class TestMine(HardwareContract): component = "mine"`.

    A backend of fixed-point networks is given one; another whose numerics are exact a network of
    whole numbers, which 32-bit floats compute exactly; any other one of real numbers with
    attention.
    """

    kind: ClassVar[str] = "hardware"
    interface: ClassVar[type] = Hardware

    def example(self) -> Hardware:
        """Build one."""
        made: Hardware = self.made()
        return made

    def network(self, seed: int = 0) -> Network:
        """Make the network that it lowers; override where it can lower other ones only."""
        if self.loaded().capabilities.operations:
            return made_fixed_point_network(seed)
        if self.loaded().numerics.is_exact:
            return whole_network(seed)
        return small_network(seed=seed)

    def events(self) -> EventBatch:
        """Make events to lower it with."""
        events = made_events(SCHEMA)
        if self.loaded().numerics.is_exact and not self.loaded().capabilities.operations:
            return EventBatch(
                SCHEMA, events.p4.round().clamp(-8, 8), events.features.round(), events.offsets
            )
        return events

    def lowered(self) -> Lowered:
        """Lower the made network once for all checks."""
        self._can_run()
        return _lowered(type(self), 0)  # type: ignore[arg-type]

    @check(since="0.1")
    def test_numerics_are_declared(self) -> None:
        """It declares what agreement means, and the levels that it can emulate."""
        hardware = self.example()
        numerics, levels = hardware.numerics, list(hardware.levels)
        demand(
            isinstance(numerics, Numerics)
            and (numerics.is_exact or 0 < numerics.tolerance <= LARGEST_TOLERANCE),
            f"Numerics are exact, or have a tolerance of at most {LARGEST_TOLERANCE}.",
            f"They are {numerics}.",
            "numerics = Numerics(is_exact=True), or Numerics(is_exact=False, tolerance=1e-5)",
        )
        demand(
            levels and all(isinstance(level, Level) for level in levels),
            f"It must offer at least one of the levels {', '.join(Level)}.",
            f"It offers {levels}.",
            "levels = (Level.GRAPH,)",
        )

    @check(since="0.1")
    def test_probe(self) -> None:
        """It says whether it can run here, why not, and with which versions."""
        probe = self.example().probe()
        demand(
            isinstance(probe, Probe) and bool(probe.reason) is not probe.can_run,
            "A probe says that it can run, or why not.",
            f"It says {probe}.",
            "Probe(can_run, reason if not, versions)",
        )
        demand(
            all(isinstance(word, str) for pair in probe.versions.items() for word in pair),
            "Versions are text by the program's name.",
            f"They are {probe.versions}.",
            "importlib.metadata.version(name)",
        )

    @check(since="0.1")
    def test_probe_is_light(self) -> None:
        """Probing imports no further package: it must answer where none is installed."""
        owner = self.owner()
        name = owner.target.partition(":")[2]
        imports = f"from {owner.module} import {name} as Made"
        probing = f"{imports}\nMade(**{dict(self.settings)!r}).probe()"
        pulled = newly_loaded(imports, probing)
        demand(
            not pulled,
            "`probe` must look without importing.",
            f"It imports {', '.join(pulled)}.",
            "importlib.metadata.version, importlib.util.find_spec or shutil.which tell enough.",
        )

    @check(since="0.1")
    def test_checks_what_it_can_lower(self) -> None:
        """It finds nothing to complain of in a network that it lowers."""
        lowered = self.lowered()
        complaints = list(lowered.hardware.check(lowered.network, self.events()))
        demand(
            not complaints,
            "`check` must find nothing wrong with a network that can be lowered.",
            f"It says: {'; '.join(complaints)}.",
            "If it cannot lower the made network, give another:  def network(self, seed=0)",
        )

    @check(since="0.1")
    def test_names_what_it_cannot_lower(self) -> None:
        """It names what cannot be lowered, before anything is written."""
        self._can_run()
        network = self.network()
        network.head = _Opaque(network.backbone.width)
        complaints = list(self.example().check(network, self.events()))
        demand(
            complaints and all(isinstance(said, str) and said.strip() for said in complaints),
            "`check` must name what of a network cannot be lowered.",
            f"Of a head that leaves torch for numpy it says {complaints}.",
            "Return a line for each operation without a counterpart.",
        )

    @check(since="0.1")
    def test_artifact(self) -> None:
        """It writes its files inside the folder that it is given, and names them all."""
        lowered = self.lowered()
        folder, names = lowered.artifact.folder, list(lowered.artifact.files)
        there = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}
        demand(
            folder == Path(lowered.folder.name) and names and set(names) == there,
            "An artifact names every file that it consists of, by its name in the folder.",
            f"It names {names}; in the folder are {sorted(there)}.",
            "Artifact(folder, (main_file, ...))",
        )

    @check(since="0.1")
    def test_leaves_the_network_alone(self) -> None:
        """Lowering leaves the network as it was."""
        lowered = self.lowered()
        before, after = self.network().state_dict(), lowered.network.state_dict()
        moved = [n for n, v in before.items() if n not in after or not torch.equal(v, after[n])]
        demand(
            not moved and not lowered.network.training,
            "Lowering must leave the network as it was.",
            f"{', '.join(moved) or 'Its training mode'} changed.",
            "Work on a copy: vierbein.interfaces.merge.merged(network).",
        )

    @check(since="0.1")
    def test_agrees_with_golden_vectors(self) -> None:
        """Its emulation agrees with golden vectors at each level: in every bit, or as declared."""
        lowered = self.lowered()
        for level in lowered.hardware.levels:
            emulated = lowered.hardware.emulate(lowered.artifact, level, lowered.inputs)
            self._verified(lowered, emulated, f"At level {level}")

    @check(since="0.1")
    def test_another_network_another_artifact(self) -> None:
        """Lowering another network of the same shape gives that network's answers."""
        self._can_run()
        other = _lowered(type(self), 1, self.lowered().hardware)  # type: ignore[arg-type]
        level = other.hardware.levels[0]
        emulated = other.hardware.emulate(other.artifact, level, other.inputs)
        self._verified(other, emulated, "A second network, lowered by the same object,")

    @check(since="0.1")
    def test_emulates_the_same_twice(self) -> None:
        """The same artifact and inputs give the same outputs, bit by bit."""
        lowered = self.lowered()
        level = lowered.hardware.levels[0]
        one, two = (lowered.hardware.emulate(lowered.artifact, level, lowered.inputs) for _ in "12")
        differing = [name for name in one if not np.array_equal(one[name], two[name])]
        demand(
            not differing,
            "The same artifact and inputs must give the same outputs.",
            f"{', '.join(differing)} differs.",
            "Fix the number of threads, and draw nothing.",
        )

    @check(since="0.1")
    def test_refuses_other_levels(self) -> None:
        """A level that it does not offer is refused."""
        lowered = self.lowered()
        for level in set(Level) - set(lowered.hardware.levels):
            found: Any = "an answer"
            try:
                lowered.hardware.emulate(lowered.artifact, level, lowered.inputs)
            except VierbeinError:
                continue
            except Exception as error:  # noqa: BLE001 - whatever a backend's code raises
                found = f"{type(error).__name__}: {error}"
            refuse(
                f"The level {level}, which it does not offer, must be refused by a VierbeinError.",
                f"What came: {found}.",
                "if level not in self.levels: raise MyError(...), a VierbeinError",
            )

    @check(since="0.1")
    def test_report(self) -> None:
        """Its figures are finite, lie in their intervals, and say where they come from."""
        lowered = self.lowered()
        figures = lowered.hardware.report(lowered.artifact, lowered.network, self.events())
        demand(figures, "A report must have figures.", "It has none.", "Give size and speed.")
        for figure in figures:
            demand(
                figure.provenance in PROVENANCES,
                f"A hardware figure comes from one of {', '.join(PROVENANCES)}.",
                f"{figure.name}: {figure.provenance!r}.",
                "Figure(..., provenance=...): an estimate is never called measured.",
            )
            demand(
                math.isfinite(figure.value)
                and figure.low <= figure.value <= figure.high
                and figure.unit.strip(),
                "A figure must be finite, in its interval, and have a unit.",
                f"{figure.name}: {figure.value} in [{figure.low}, {figure.high}] {figure.unit!r}.",
                'Give both ends; the unit of a count is "1".',
            )

    def _can_run(self) -> None:
        probe = self.example().probe()
        if not probe.can_run:
            pytest.skip(f"it cannot run here: {probe.reason}")

    def _verified(self, lowered: Lowered, emulated: Vectors, what: str) -> None:
        numerics = lowered.hardware.numerics
        found = verify(lowered.outputs, emulated, numerics)
        wanted = "in every bit" if numerics.is_exact else f"to {numerics.tolerance:g}"
        demand(
            found.is_equal,
            f"{what} the emulation must agree with the golden vectors {wanted}.",
            f"{found.first_differing!r} is the first that does not; relative differences: "
            f"{_shown(found.differences)}.",
            "Compare layer by layer from the input on; look at events without particles and at "
            "large values.",
        )


def _shown(differences: Mapping[str, float | None]) -> str:
    said = (
        f"{name} {'missing or not finite' if value is None else f'{value:.3g}'}"
        for name, value in differences.items()
    )
    return ", ".join(said)


@cache
def _lowered(
    contract: type[HardwareContract], seed: int, hardware: Hardware | None = None
) -> Lowered:
    tests = contract()
    network, events = tests.network(seed), tests.events()
    inputs, outputs = golden(deepcopy(network), events)
    folder = tempfile.TemporaryDirectory()
    made = hardware or tests.example()
    artifact = made.lower(network, events, Path(folder.name))
    return Lowered(made, network, artifact, inputs, outputs, folder)


class _Opaque(nn.Module):
    """A head that no exporter can follow: it leaves torch for numpy."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = SmallHead(width)

    def forward(self, representation: Representation) -> Float[Tensor, "event output"]:
        """Predict, by way of numpy."""
        values = np.sort(representation.pooled.detach().cpu().numpy(), axis=0)
        again = Representation(
            torch.from_numpy(values), representation.particles, representation.mask
        )
        prediction: Tensor = self.linear(again)
        return prediction
