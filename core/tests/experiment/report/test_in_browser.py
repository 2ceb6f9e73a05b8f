"""The page in a real browser: its pictures appear, it reports no error and fetches nothing."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from vierbein.experiment.report.html import page, write_html

CHROMIUM = shutil.which("chromium")
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--virtual-time-budget=20000",
    "--window-size=800,1000",
    "--dump-dom",
]
# What the browser sees, written into the page, whose markup is then dumped; only the test has this.
# The policy makes anything that is fetched an error on the console.
_CHECK = """
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
  style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<script>
window.addEventListener("load", () => {
  const found = document.createElement("pre");
  found.id = "found";
  found.textContent = JSON.stringify({
    pictures: [...document.images].map(image => image.complete ? image.naturalWidth : 0),
    shown: [...document.images].map(image => image.getBoundingClientRect().width),
    width: document.documentElement.scrollWidth,
  });
  document.body.append(found);
});
</script>
"""

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(
        CHROMIUM is None,
        reason="the report was NOT opened in a browser: there is no chromium here "
        "(Debian: apt-get install chromium)",
    ),
]


def opened(path: Path, folder: Path) -> tuple[dict[str, Any], list[str]]:
    """Open a page; give what its check found, and what the browser's console said."""
    command = [str(CHROMIUM), *_FLAGS, f"--user-data-dir={folder / 'profile'}", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    match = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert match, done.stderr
    return json.loads(match[1]), [x for x in done.stderr.splitlines() if "CONSOLE" in x]


def test_the_report_opens_without_error_and_its_pictures_are_there(
    report: dict[str, Any], timings: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "report.html"
    write_html(path, report, timings)
    text = path.read_text(encoding="utf-8").replace("</head>", f"{_CHECK}</head>")
    path.write_text(text, encoding="utf-8")
    found, console = opened(path, tmp_path)
    assert console == []
    assert len(found["pictures"]) == len(report["pictures"])
    assert min(found["pictures"]) > 0
    assert min(found["shown"]) > 250
    assert found["width"] <= 800


def _num_pages(text: str, folder: Path) -> int:
    """Print a page of our head and some body, and count the sheets."""
    (folder / "page.html").write_text(text, encoding="utf-8")
    printed = folder / "page.pdf"
    flags = [flag for flag in _FLAGS if flag != "--dump-dom"]
    command = [str(CHROMIUM), *flags, f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={printed}"]
    command += [(folder / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, timeout=300, check=True)
    return len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))


def test_nine_lights_are_printed_on_one_page(
    nine: dict[str, Any], timings: dict[str, Any], tmp_path: Path
) -> None:
    text = page(nine, timings)
    head = text.partition("<body>")[0]
    (trust,) = re.findall(r'(?s)<section id="trust">.*?</section>', text)
    assert _num_pages(f"{head}<body>{trust}</body></html>", tmp_path) == 1
    assert _num_pages(f"{head}<body>{2 * trust}</body></html>", tmp_path) == 2


def test_the_check_notices_errors_broken_pictures_and_what_is_fetched(tmp_path: Path) -> None:
    path = tmp_path / "broken.html"
    (tmp_path / "beside.css").write_text("body {}", encoding="utf-8")
    path.write_text(
        f"""<html><head>{_CHECK}<link rel="stylesheet" href="beside.css"></head>
        <body style="width:1200px"><img src="data:image/svg+xml;base64,AAAA" alt="">
        <script>nobody.knows</script></body></html>""",
        encoding="utf-8",
    )
    found, console = opened(path, tmp_path)
    assert "nobody is not defined" in " ".join(console)
    assert "beside.css" in " ".join(console)
    assert found["pictures"] == [0]
    assert found["width"] > 800
