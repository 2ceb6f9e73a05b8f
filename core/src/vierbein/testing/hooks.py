"""The contract of hooks."""

from copy import deepcopy
from typing import Any, ClassVar, Final

import numpy as np
import pluggy
import torch

from vierbein.errors.base import VierbeinError
from vierbein.experiment.hooks import Specifications, manager
from vierbein.interfaces.figure import Figure
from vierbein.interfaces.safeguard import Answer, Verdict
from vierbein.testing.check import check
from vierbein.testing.contract import Contract
from vierbein.testing.demand import demand, refuse
from vierbein.testing.small_network import small_network

KNOWN: Final = tuple(name for name in vars(Specifications) if not name.startswith("_"))


class HooksContract(Contract):
    """What a module of hooks must do: `class TestMine(HooksContract): component = "mine"`."""

    kind: ClassVar[str] = "hooks"

    @classmethod
    def _has_face(cls) -> bool:
        return False

    def manager(self) -> pluggy.PluginManager:
        """Make the plugin manager of a run in which its distribution takes part."""
        try:
            return manager(self.registry(), [self.owner().distribution])
        except (VierbeinError, pluggy.PluginValidationError) as error:
            asked, _, rest = str(error).partition("\n")
            refuse(
                "A run must be able to register the module's hooks.",
                f"{asked} {' '.join(rest.split())}",
                f"There are {', '.join(KNOWN)}; each takes arguments of the specification's names.",
            )

    @check(since="0.1")
    def test_hooks_are_known(self) -> None:
        """Its hooks and their arguments are those that runs call, and there is at least one."""
        calls = [name for name in KNOWN if getattr(self.manager().hook, name).get_hookimpls()]
        demand(
            calls,
            "A module of hooks must implement at least one.",
            f"None of {', '.join(KNOWN)} is marked in it.",
            'hookimpl = pluggy.HookimplMarker("vierbein"), and @hookimpl before a function.',
        )

    @check(since="0.1")
    def test_changes_nothing(self) -> None:
        """Being told of a run changes neither its network nor its random numbers."""
        hook = self.manager().hook
        network = small_network()
        parameters = deepcopy(network.state_dict())
        learning = [parameter.requires_grad for parameter in network.parameters()]
        before = _random_state()
        hook.data_ready(domains={"here": 100, "there": 10})
        hook.network_built(network=network)
        for step in (1, 2):
            hook.step(step=step, steps=2, loss=1.0 / step)
        hook.verdicts(verdicts=[_verdict()])
        after = network.state_dict()
        same = all(torch.equal(after[name], value) for name, value in parameters.items())
        same &= [parameter.requires_grad for parameter in network.parameters()] == learning
        demand(
            same,
            "Hooks are told of a run, and change nothing by it.",
            "The network that was shown has changed.",
            "Copy what you want to work on (copy.deepcopy).",
        )
        demand(
            before == _random_state(),
            "Hooks must not draw from the global random numbers: installing a plugin would change "
            "results.",
            "torch's or numpy's have moved.",
            "Use a generator of your own: np.random.default_rng(0), torch.Generator().",
        )


def _random_state() -> tuple[bytes, Any]:
    name, keys, *rest = np.random.get_state(legacy=True)  # noqa: NPY002 - the global one is meant
    return torch.get_rng_state().numpy().tobytes(), (name, np.asarray(keys).tobytes(), *rest)


def _verdict() -> Verdict:
    figure = Figure("a figure", 0.5, 0.4, 0.6)
    return Verdict("made", Answer.PASS, "Nothing is wrong.", figure, 0.7, 0.01)
