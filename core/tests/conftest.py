"""Fake distributions: plugins written into a temporary folder, without pip."""

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

FakeDistribution = Callable[..., Path]


@pytest.fixture
def fake_distribution(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeDistribution]:
    """Write fake distributions into one folder, which is on the import path and is returned.

    The function takes a name, entry points (group -> {name: target}; `vierbein.v1.` goes before a
    group without a dot), files (path in the folder -> text), a version and Requires-Dist lines.
    """
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)

    def write(
        name: str,
        entry_points: Mapping[str, Mapping[str, str]],
        files: Mapping[str, str] | None = None,
        *,
        version: str = "1.0",
        requires: Sequence[str] = ("vierbein>=0.1,<0.2",),
    ) -> Path:
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
        header = f"Metadata-Version: 2.3\nName: {name}\nVersion: {version}\n{needs}\nAbout it.\n"
        (info / "METADATA").write_text(header, encoding="utf-8")
        lines = []
        for group, entries in entry_points.items():
            lines.append(f"[{group if '.' in group else f'vierbein.v1.{group}'}]")
            lines.extend(f"{key} = {target}" for key, target in entries.items())
        (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
        for file, text in (files or {}).items():
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            (site / file).write_text(dedent(text), encoding="utf-8")
        importlib.invalidate_caches()
        return site

    yield write
    roots = {entry.name.partition(".")[0] for entry in site.iterdir()}
    for module in set(sys.modules) - before:
        if module.partition(".")[0] in roots:
            del sys.modules[module]
