"""The figures in README and the documentation are those that were measured."""

import importlib.util
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_tables_of_figures_are_made_from_what_was_measured(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    spec = importlib.util.spec_from_file_location("tables", ROOT / "benchmarks" / "tables.py")
    tables = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tables)
    for name in ("rows", "meanings"):
        sys.modules.pop(name, None)
    pages = tables.pages()
    assert {page.name for page in pages} >= {"README.md"}
    for page, text in pages.items():
        assert page.read_text() == text, f"python benchmarks/tables.py  fills {page.name}"


def test_every_link_to_a_file_leads_somewhere():
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_file_names_a_registry_or_a_machine():
    hosts = "|".join(("py" + "pi.org", "python" + "hosted", "npm" + "js", "huggingface" + ".co"))
    bad = re.compile(rf"({hosts})|(?<![\w.])/(work|root|home)/\w")
    for path in ROOT.glob("**/*"):
        inside = path.relative_to(ROOT).parts
        if path.suffix not in {".py", ".md", ".toml", ".yaml", ".txt", ".json", ".j2"}:
            continue
        if inside[0] in {".venv", "runs"} or "_build" in inside:
            continue
        assert not bad.search(path.read_text(errors="ignore")), path
