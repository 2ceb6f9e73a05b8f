"""Settings read from source must be those of the imported class, however plainly written."""

import sys
from textwrap import dedent

import pytest

from vierbein.registry.imported import from_class
from vierbein.registry.setting import REQUIRED, Setting
from vierbein.registry.signature import from_source
from vierbein.registry.source import NotPlainError

HEAD = """
    from abc import ABC, abstractmethod
    from collections.abc import Sequence
    from dataclasses import KW_ONLY, dataclass, field
    from enum import Enum, StrEnum
    from pathlib import Path
    from typing import Annotated, Any, ClassVar, Final, Generic, Literal, Optional, TypeVar, Union
    import typing as t
"""

PLAIN = {
    "typed arguments": (
        """
        class C:
            def __init__(self, a: int, b: "float" = 1e-3, *, c: bool = True): ...
        """,
        [("a", "int", REQUIRED), ("b", "float", 0.001), ("c", "bool", True)],
    ),
    "old spellings": (
        """
        class C:
            def __init__(
                self,
                a: Optional[t.List[int]] = None,
                b: Union[str, int] = 0,
                c: Annotated[int, "x"] = -1,
            ): ...
        """,
        [("a", "list[int] | None", None), ("b", "str | int", 0), ("c", "int", -1)],
    ),
    "containers": (
        """
        class C:
            def __init__(
                self,
                a: tuple[float, ...] = (0.3, 0.5),
                b: Sequence[str] = (),
                c: dict[str, float] = {"x": 1.0},
                d: Path | None = None,
            ): ...
        """,
        [
            ("a", "tuple[float, ...]", (0.3, 0.5)),
            ("b", "Sequence[str]", ()),
            ("c", "dict[str, float]", {"x": 1.0}),
            ("d", "Path | None", None),
        ],
    ),
    "module constants": (
        """
        WIDTH: Final = 64
        class C:
            def __init__(self, a: int = WIDTH): ...
        """,
        [("a", "int", 64)],
    ),
    "no types": (
        """
        class C:
            def __init__(self, a, b=2): ...
        """,
        [("a", "Any", REQUIRED), ("b", "Any", 2)],
    ),
    "no constructor": (
        """
        class C:
            width = 3
        """,
        [],
    ),
    "inherited constructor": (
        """
        class B(ABC):
            def __init__(self, a: int = 1): ...
        class C(B):
            pass
        """,
        [("a", "int", 1)],
    ),
    "dataclass": (
        """
        @dataclass(frozen=True)
        class C:
            a: int
            kind: ClassVar[str] = "x"
            b: list[int] = field(default_factory=list)
            _: KW_ONLY
            c: float = field(default=0.5)
            d: int = field(init=False, default=0)
            e: tuple[int, ...] = field(default_factory=lambda: (1, 2))
        """,
        [
            ("a", "int", REQUIRED),
            ("b", "list[int]", []),
            ("c", "float", 0.5),
            ("e", "tuple[int, ...]", (1, 2)),
        ],
    ),
    "dataclass of an interface": (
        """
        T = TypeVar("T")
        class I(ABC, Generic[T]):
            rate: float
            @abstractmethod
            def f(self): ...
        @dataclass
        class C(I[int]):
            rate: float = 0.1
            b: int = 2
        """,
        [("rate", "float", 0.1), ("b", "int", 2)],
    ),
    "dataclass of a dataclass": (
        """
        @dataclass
        class B:
            a: int = 1
            b: int = 2
        @dataclass
        class C(B):
            a: int = 3
        """,
        [("a", "int", 3), ("b", "int", 2)],
    ),
}

CHOICES = {
    "Literal['mean', 'sum']": ("mean", "sum"),
    "Literal['mean'] | None": ("mean", None),
    "Optional[t.Literal[1, 2]]": (1, 2, None),
    "Pool": ("max", "mean"),
    "tuple[Literal['mean'], ...]": (),
    "str | Literal['mean']": (),
}

NOT_PLAIN = {
    "made by __new__": "class C:\n    def __new__(cls, a: int): ...",
    "metaclass": "class M(type): ...\nclass C(metaclass=M):\n    def __init__(self, a: int): ...",
    "decorated constructor": "class C:\n    @t.no_type_check\n    def __init__(self, a: int): ...",
    "decorated class": "@t.no_type_check\nclass C:\n    def __init__(self, a: int): ...",
    "computed default": "class C:\n    def __init__(self, a: int = 1 + 1): ...",
    "enum": "class P(Enum):\n    A = 1\nclass C:\n    def __init__(self, a: P = P.A): ...",
    "base without a source": "from array import array\nclass C(array): ...",
    "no generated constructor": "@dataclass(init=False)\nclass C:\n    a: int = 1",
    "assigned": "class C:\n    pass\nC = t.final(C)",
}


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module `lab_signature` and give its target's path and its class once imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def write(text):
        sys.modules.pop("lab_signature", None)
        (tmp_path / "lab_signature.py").write_text(dedent(HEAD) + dedent(text))
        return lambda: __import__("lab_signature").C

    yield write
    sys.modules.pop("lab_signature", None)


@pytest.mark.parametrize("case", PLAIN)
def test_plain_sources_are_read_without_an_import(module, case):
    text, expected = PLAIN[case]
    imported = module(text)
    settings = from_source("tuner", "lab_signature:C")
    assert "lab_signature" not in sys.modules
    assert [(s.name, s.annotation, s.default) for s in settings] == expected
    assert from_class("tuner", imported()) == settings


@pytest.mark.parametrize("annotation", CHOICES)
def test_choices_come_from_literals(module, annotation):
    text = "Pool = Literal['max', 'mean']\nclass C:\n    def __init__(self, a: {}): ..."
    imported = module(text.format(annotation))
    (setting,) = from_source("tuner", "lab_signature:C")
    assert setting.choices == CHOICES[annotation]
    assert from_class("tuner", imported()) == (setting,)


@pytest.mark.parametrize("case", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_an_import(module, case):
    module(NOT_PLAIN[case])
    with pytest.raises(NotPlainError):
        from_source("tuner", "lab_signature:C")


def test_an_enum_gives_its_values_as_choices(module):
    text = """
        class P(StrEnum):
            A = "a"
            B = "b"
        class C:
            def __init__(self, a: P = P.B): ...
    """
    assert from_class("tuner", module(text)()) == (Setting("a", "P", "b", ("a", "b")),)


def test_what_the_run_gives_is_no_setting(module):
    imported = module("class C:\n    def __init__(self, schema: object, width: int = 1): ...")
    for read in (
        lambda kind: from_source(kind, "lab_signature:C"),
        lambda kind: from_class(kind, imported()),
    ):
        assert [s.name for s in read("backbone")] == ["width"]
        assert [s.name for s in read("tuner")] == ["schema", "width"]


def test_meanings_come_from_the_docstring(module):
    text = '''
        class C:
            """One line.

            Parameters
            ----------
            a : int
                Its width,
                in cm.
            b, c
                Two more.

            References
            ----------
            .. [1] A paper.
            """

            def __init__(self, a: int, b: int, c: int): ...
    '''
    imported = module(text)
    meanings = [s.meaning for s in from_source("tuner", "lab_signature:C")]
    assert meanings == ["Its width, in cm.", "Two more.", "Two more."]
    assert [s.meaning for s in from_class("tuner", imported())] == meanings


def test_a_class_is_followed_through_re_exports(fake_distribution):
    files = {
        "lab/__init__.py": "raise RuntimeError",
        "lab/api.py": "from lab.inner import Real as Shown",
        "lab/inner/__init__.py": "from .real import Real",
        "lab/inner/real.py": "from ..base import Base\nclass Real(Base):\n    pass",
        "lab/base.py": "class Base:\n    def __init__(self, a: int = 5): ...",
    }
    site = fake_distribution("lab", {"tuner": {"t": "lab.api:Shown"}}, files)
    assert from_source("tuner", "lab.api:Shown", [str(site)]) == (Setting("a", "int", 5),)
    with pytest.raises(NotPlainError):
        from_source("tuner", "lab.api:Hidden", [str(site)])
