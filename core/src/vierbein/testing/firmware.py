"""The contract of hardware backends that lower fixed-point networks."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import torch
from jaxtyping import Int
from torch import Tensor

from vierbein.fixed_point.program import Program
from vierbein.interfaces.verification import golden, verify
from vierbein.testing.check import check
from vierbein.testing.demand import demand
from vierbein.testing.fixed_point_network import MadeFixedPointNetwork, made_fixed_point_network
from vierbein.testing.hardware import HardwareContract
from vierbein.testing.made_program import PROGRAMS
from vierbein.testing.small_network import small_network


class FirmwareContract(HardwareContract):
    """What a backend of fixed-point networks must do besides what every hardware backend must.

    It is given networks whose programs are in `vierbein.testing.made_program`, with adversarial
    input words: both ends of every format, one spacing up and down, every number of particles.
    """

    shapes: ClassVar[Sequence[str]] = tuple(PROGRAMS)
    """Names of the made programs that it lowers; each costs a lowering and an emulation."""

    @check(since="0.1")
    def test_is_exact(self) -> None:
        """It declares exact numerics, and which operations it lowers."""
        hardware = self.example()
        demand(
            hardware.numerics.is_exact and hardware.capabilities.operations,
            "A backend of fixed-point networks is exact, and names the operations that it lowers.",
            f"It declares {hardware.numerics} and {hardware.capabilities}.",
            "numerics = Numerics(is_exact=True); capabilities = Capabilities(operations=...)",
        )

    @check(since="0.1")
    def test_every_shape(self) -> None:
        """Each made program that it lowers is emulated to the last bit at its first level."""
        self._can_run()
        for name in self.shapes:
            found, differences = _first_level(type(self), name)  # type: ignore[arg-type]
            demand(
                found is None,
                f"The program {name!r} must be emulated to the last bit.",
                f"{found!r} is the first tensor that differs; differences: {differences}.",
                "Look at rounding (half to even), saturation, signs, and the order of axes.",
            )

    @check(since="0.1")
    def test_names_operations_that_it_lacks(self) -> None:
        """A program with an operation that it does not lower is refused by the operation's name."""
        self._can_run()
        hardware = self.example()
        for name in set(PROGRAMS) - set(self.shapes):
            complaints = " ".join(hardware.check(_Programmed(name), self.events()))
            lacking = [
                each.name
                for each in PROGRAMS[name](0).operations
                if type(each).__name__ not in hardware.capabilities.operations
            ]
            demand(
                complaints and (not lacking or any(each in complaints for each in lacking)),
                f"The program {name!r} is not among `shapes`, and so must be refused by name.",
                f"check says: {complaints!r}.",
                "Name the layer, its operation, and what to take instead.",
            )

    @check(since="0.1")
    def test_refuses_float_networks(self) -> None:
        """A network of floats is refused, and how to make it one of fixed point is said."""
        self._can_run()
        said = " ".join(self.example().check(small_network(), self.events()))
        demand(
            "quantize" in said,
            "A network of floats cannot be lowered exactly; `check` says what can.",
            f"It says: {said!r}.",
            "if not isinstance(network, FixedPointNetwork): return (NOT_FIXED_POINT,)",
        )


class _Programmed(MadeFixedPointNetwork):
    """A network whose program is one of the made ones."""

    def __init__(self, name: str, seed: int = 0) -> None:
        made = made_fixed_point_network(seed)
        super().__init__(made.projection, made.backbone, made.head)
        self.name, self.seed = name, seed
        self.eval()

    def program(self) -> Program:
        """Give the made program."""
        return PROGRAMS[self.name](self.seed)

    def from_words(self, words: Int[Tensor, "event particle feature"]) -> Tensor:
        """Predict by the program: torch's own arithmetic is tested elsewhere."""
        return torch.from_numpy(self.program().predict(words.numpy()).values)


@cache
def _first_level(
    contract: type[FirmwareContract], name: str
) -> tuple[str | None, dict[str, float | None]]:
    tests = contract()
    network, hardware = _Programmed(name), tests.example()
    inputs, outputs = golden(network, tests.events())
    with TemporaryDirectory() as folder:
        artifact = hardware.lower(network, tests.events(), Path(folder))
        emulated = hardware.emulate(artifact, hardware.levels[0], inputs)
    found = verify(outputs, emulated, hardware.numerics)
    far = {name: value for name, value in found.differences.items() if value != 0}
    return found.first_differing, far
