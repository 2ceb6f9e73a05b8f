from typing import Any

import pytest

from vierbein.experiment.report.trust import NOT_ASKED, lights, unasked
from vierbein.registry.component import Component
from vierbein.registry.installed import Registry


def verdict(name: str, answer: str, **more: Any) -> dict[str, Any]:
    return {"safeguard": name, "answer": answer, **more}


def report(*verdicts: dict[str, Any], chosen: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "verdicts": list(verdicts),
        "configuration": {"safeguard": {name: {} for name in chosen}},
    }


def test_the_worst_domain_and_the_worst_safeguard_come_first() -> None:
    found = lights(
        report(
            verdict("a: x", "pass", chosen="a"),
            verdict("a: y", "warn", chosen="a"),
            verdict("b", "pass", chosen="b"),
            verdict("c: x", "fail", chosen="c"),
            chosen=("a", "b", "c", "d"),
        ),
        {"seconds": {"safeguard a": 1.5}},
        {"e": "Asks."},
    )
    assert [(light.name, light.answer) for light in found] == [
        ("c", "fail"),
        ("a", "warn"),
        ("b", "pass"),
        ("d", NOT_ASKED),
        ("e", NOT_ASKED),
    ]
    assert [ruling.domain for ruling in found[1].rulings] == ["y", "x"]
    assert [ruling.domain for ruling in found[2].rulings] == ["whole run"]
    assert [light.seconds for light in found] == [None, 1.5, None, None, None]
    assert "its moment did not come" in found[3].about


def test_two_presets_of_one_safeguard_are_two_lights() -> None:
    both = verdict("ood: x", "pass", chosen="ood"), verdict("ood: x", "fail", chosen="strict")
    assert [(light.name, light.answer) for light in lights(report(*both))] == [
        ("strict", "fail"),
        ("ood", "pass"),
    ]


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        (verdict("a", "pass"), ""),
        (verdict("a", "warn"), "Look at its figures and pictures before the result is used."),
        (verdict("a", "fail", advice="Stop."), "Stop."),
    ],
)
def test_there_is_something_to_do_unless_it_passed(said: dict[str, Any], advice: str) -> None:
    [light] = lights(report(said))
    assert light.rulings[0].advice == advice


def test_what_is_installed_and_was_not_chosen_is_named() -> None:
    components = [
        Component(kind, name, dist, "1", f"{dist}.{name}:X")
        for kind, name, dist in (
            ("safeguard", "ood", "lab"),
            ("safeguard", "ood", "other"),
            ("safeguard", "rotation", "lab"),
            ("tuner", "lora", "lab"),
        )
    ]
    ran = {"components": [{"kind": "safeguard", "name": "ood", "distribution": "lab"}]}
    assert set(unasked(Registry(components=components), ran)) == {"other/ood", "rotation"}
