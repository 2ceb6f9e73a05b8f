"""A base: a pretrained backbone with its parameters and card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

from torch import Tensor

from vierbein.errors.published import UnknownOutputError
from vierbein.errors.runs import BaseNotFoundError, NotABaseError
from vierbein.events.schema import FeatureSchema
from vierbein.interfaces.projection import Statistics
from vierbein.storage.parameters import CARD, read_parameters


@dataclass(frozen=True)
class Base:
    """What a run starts from.

    Parameters
    ----------
    name
        As the configuration names it.
    parameters
        Tensors of backbone and head, by name.
    card
        Schema, statistics, components, provenance, licence, sha256.
    """

    name: str
    parameters: Mapping[str, Tensor]
    card: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        """The hash of its parameters, which is its name among bundles."""
        return str(self.card["parameters"]["sha256"])

    @property
    def schema(self) -> FeatureSchema:
        """The features that it was pretrained on."""
        return FeatureSchema.from_json(self.card["schema"])

    @property
    def statistics(self) -> Statistics:
        """Their means and standard deviations, fixed at pretraining."""
        return {name: (mean, std) for name, (mean, std) in self.card["statistics"].items()}

    def serving(
        self, task: Mapping[str, Any], chosen: Mapping[str, str], outputs: Sequence[str]
    ) -> Self:
        """Give the same base as one of a run's task, by the outputs that stand for the task's.

        The head's last layer keeps their rows alone. For logits of a softmax that is exact: what
        remains are the base's probabilities, given that one of these classes is true.

        Parameters
        ----------
        task
            The run's, as configured.
        chosen
            Which of the base's outputs stands for each of the task's.
        outputs
            Names of the task's, in order.

        Returns
        -------
        Base
            With a head for that task.

        Raises
        ------
        UnknownOutputError
            If outputs are named that the base does not have, or not one for each of the task's.
        """
        known = list(self.card.get("outputs", ()))
        asked = [chosen.get(output, f"(none for {output})") for output in outputs]
        if wrong := [name for name in (*asked, *chosen.values()) if name not in known]:
            raise UnknownOutputError(self.name, list(dict.fromkeys(wrong)), known)
        rows = [known.index(name) for name in asked]
        head = {
            f"head.{name}": tensor[rows] if len(tensor) == len(known) else tensor
            for name, tensor in self.part("head").items()
        }
        card = {**self.card, "task": task, "outputs": list(outputs)}
        if "prediction" in (probe := dict(card.get("probe", {}))):
            columns = [[row[at] for at in rows] for row in probe["prediction"]]
            card["probe"] = probe | {"outputs": list(outputs), "prediction": columns}
        return replace(self, parameters={**self.parameters, **head}, card=card)

    def part(self, prefix: str) -> dict[str, Tensor]:
        """Give the tensors below a prefix, without it."""
        dotted = f"{prefix}."
        return {
            name.removeprefix(dotted): tensor
            for name, tensor in self.parameters.items()
            if name.startswith(dotted)
        }

    @classmethod
    def read(cls, name: str, packages: Sequence[str]) -> Self:
        """Read a base, hash checked.

        Parameters
        ----------
        name
            A folder, or `package:folder` of an installed plugin.
        packages
            Import packages of the installed plugins; no other is looked into.

        Returns
        -------
        Base
            Its parameters and its card.

        Raises
        ------
        BaseNotFoundError
            If it is not there.
        NotABaseError
            If the folder holds other parameters.
        HashMismatchError
            If its bytes are not those of its card.
        """
        folder = _folder(name, packages)
        if not (folder / CARD).is_file():
            raise BaseNotFoundError(name, folder.name if ":" in name else str(folder), packages)
        parameters, card = read_parameters(folder)
        if card.get("kind") != "base":
            raise NotABaseError(name, sorted(card))
        return cls(name, parameters, card)


def _folder(name: str, packages: Sequence[str]) -> Path:
    package, colon, inside = name.partition(":")
    if not colon:
        return Path(name)
    spec = find_spec(package) if package in packages else None
    if spec is None or not spec.submodule_search_locations or ".." in Path(inside).parts:
        raise BaseNotFoundError(name, f"package {package!r}", packages)
    return Path(next(iter(spec.submodule_search_locations))) / inside
