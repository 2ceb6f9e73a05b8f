"""The lights of a run: what each safeguard said, and which were not asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vierbein.interfaces.safeguard import Answer
from vierbein.registry.installed import Registry

KIND: Final = "safeguard"
NOT_ASKED: Final = "not asked"
ORDER: Final = (Answer.FAIL, Answer.WARN, Answer.PASS, NOT_ASKED)
_LOOK: Final = "Look at its figures and pictures before the result is used."
_NO_TIME: Final = "It was chosen, but its moment did not come: see the run's stages."


@dataclass(frozen=True)
class Ruling:
    """What a safeguard said of one target domain, or of the whole run.

    Parameters
    ----------
    domain
        The target domain; "whole run" if it named none.
    verdict
        As it stands in the report.
    advice
        What to do next; empty where nothing need be done.
    """

    domain: str
    verdict: Mapping[str, Any]
    advice: str

    @property
    def answer(self) -> str:
        """Pass, warn or fail."""
        return str(self.verdict["answer"])


@dataclass(frozen=True)
class Light:
    """A safeguard, and what it said.

    Parameters
    ----------
    name
        By which it was chosen, or could be.
    rulings
        The worst first; none if it was not asked.
    seconds
        What it cost; None if that is not known.
    about
        What it does, or why it was not asked; empty where rulings speak for themselves.
    """

    name: str
    rulings: Sequence[Ruling]
    seconds: float | None = None
    about: str = ""

    @property
    def answer(self) -> str:
        """The worst of its answers, or that it was not asked."""
        return self.rulings[0].answer if self.rulings else NOT_ASKED


def lights(
    report: Mapping[str, Any],
    timings: Mapping[str, Any] | None = None,
    unasked: Mapping[str, str] | None = None,
) -> list[Light]:
    """Give one light a safeguard, the worst first.

    Parameters
    ----------
    report
        As `collect` gave it, or as it is read back; of an earlier version, too.
    timings
        As timings.json has it.
    unasked
        Installed safeguards that the run did not choose, and what each does.

    Returns
    -------
    list
        Lights of those that were chosen, then of those that were not.
    """
    seconds = (timings or {}).get("seconds", {})
    said: dict[str, list[Ruling]] = {name: [] for name in report["configuration"].get(KIND) or {}}
    for verdict in report["verdicts"]:
        name, _, domain = verdict["safeguard"].partition(":")
        ruling = Ruling(domain.strip() or "whole run", verdict, _advice(verdict))
        said.setdefault(verdict.get("chosen") or name, []).append(ruling)
    found = [
        Light(
            name,
            sorted(rulings, key=lambda ruling: ORDER.index(ruling.answer)),
            seconds.get(f"{KIND} {name}"),
            "" if rulings else _NO_TIME,
        )
        for name, rulings in said.items()
    ]
    found.sort(key=lambda light: ORDER.index(light.answer))
    return [*found, *(Light(name, [], about=does) for name, does in (unasked or {}).items())]


def unasked(registry: Registry, report: Mapping[str, Any]) -> dict[str, str]:
    """Name the installed safeguards that a run did not choose, and say what each does.

    Whatever is installed makes no difference to report.json; it may to the page, which a person
    reads who wants to know what was not looked for.
    """
    chosen = {(c["distribution"], c["name"]) for c in report["components"] if c["kind"] == KIND}
    return {
        registry.shortest(component): registry.summary(component)
        for component in registry.components
        if component.kind == KIND and (component.distribution, component.name) not in chosen
    }


def _advice(verdict: Mapping[str, Any]) -> str:
    return verdict.get("advice") or ("" if verdict["answer"] == Answer.PASS else _LOOK)
