"""`check` imports every component and finds what no listing can."""

import pytest

from vierbein.registry.check import check_component
from vierbein.registry.installed import installed

CASES = {
    "sound": ("class C:\n    def __init__(self, a: int = 1): ...", None, ""),
    "abstract": (
        "import abc\nclass C(abc.ABC):\n    @abc.abstractmethod\n    def apply(self): ...",
        "class",
        "lacks apply",
    ),
    "untyped": ("class C:\n    def __init__(self, a=1): ...", "class", "'a' has no type"),
    "no data": (
        "class Net: ...\nclass C:\n    def __init__(self, a: Net): ...",
        "class",
        "no plain data: Net",
    ),
    "other settings once imported": (
        "class C:\n    def __init__(self, a: int): ...\ndef f(self, b: int): ...\nC.__init__ = f",
        "settings",
        "a: only in the source",
    ),
    "another default once imported": (
        "A = 1\nclass C:\n    def __init__(self, a: int = A): ...\nC.__init__.__defaults__ = (2,)",
        "settings",
        "a: default 1 in the source, 2 in the class",
    ),
    "broken": ("import no_such_thing", "broken", "No module named 'no_such_thing'"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_told(fake_distribution, case):
    source, what, told = CASES[case]
    site = fake_distribution("lab", {"tuner": {"c": "lab_check:C"}}, {"lab_check.py": source})
    registry = installed({}, [str(site)])
    problems = check_component(registry, registry.find("tuner", "c"))
    assert [problem.what for problem in problems] == ([what] if what else [])
    assert all(told in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def add(s): s.add_parser('go')\ndef run(a): return 0", None),
        ("def add(s): s.add_parser('went')\ndef run(a): return 0", "It adds went, not go."),
        ("def add(s): s.add_parser('go')", "no function run"),
        ("def run(a): return 0", "has no attribute 'add'"),
    ],
)
def test_a_command_must_add_its_own_name(fake_distribution, source, told):
    site = fake_distribution("lab", {"command": {"go": "lab_command"}}, {"lab_command.py": source})
    registry = installed({}, [str(site)])
    problems = check_component(registry, registry.find("command", "go"))
    assert [told in problem.message for problem in problems] == ([True] if told else [])


def test_a_misspelt_kind_is_told(fake_distribution):
    site = fake_distribution(
        "lab", {"tunner": {"c": "lab_kind:C"}}, {"lab_kind.py": "class C: ..."}
    )
    registry = installed({}, [str(site)])
    (problem,) = check_component(registry, registry.find("tunner", "c"))
    assert "Did you mean tuner?" in problem.message
