"""The blocks of `Your first plugin in ten minutes`, in order, in a fresh environment."""

import json
import re
import shlex
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "tutorials" / "first_plugin.md"
PLUGIN = Path("vierbein-deepsets", "src", "vierbein_deepsets")


def test_every_block_does_what_the_page_says(environment, tmp_path):
    shown = {}
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for language, text in blocks:
        if language == "python":
            (tmp_path / PLUGIN / "deepsets.py").write_text(text)
        if language == "yaml":
            (tmp_path / PLUGIN / "conf/backbone").mkdir(parents=True)
            (tmp_path / PLUGIN / "conf/backbone/deepsets_wide.yaml").write_text(text)
        for line in text.splitlines() if language == "bash" else ():
            words = shlex.split(line)
            if words[:2] == ["pip", "install"]:
                environment.install("-e", tmp_path / words[-1])
            elif words[0] == "pytest":
                words = ["python", "-m", "pytest", "-q", "--rootdir", *words[1:], *words[1:]]
                shown[line] = environment.run(*words, cwd=tmp_path)
            else:
                shown[line] = environment.run(*words, cwd=tmp_path)
    settings = shown["vierbein plugins show deepsets"]
    assert "width" in settings
    assert "deepsets_wide" in settings
    report = json.loads((tmp_path / "runs/mine/report.json").read_text())
    used = {c["place"]: c["distribution"] for c in report["components"]}
    assert used["backbone"] == "vierbein-deepsets"
    assert report["versions"]["vierbein-deepsets"] == "0.1.0"
    lock = json.loads((tmp_path / "mine.lock").read_text())
    assert "vierbein-deepsets" in lock["distributions"]


def test_the_message_that_the_page_shows_is_the_contract_s(environment, tmp_path):
    environment.run("vierbein", "plugins", "new", "lab-tuner", "--kind", "tuner", cwd=tmp_path)
    source = tmp_path / "lab-tuner/src/lab_tuner/lab_tuner.py"
    source.write_text(
        re.sub(r"\n    Parameters\n.*?(?=    \"\"\")", "", source.read_text(), flags=re.DOTALL)
    )
    environment.install("-e", tmp_path / "lab-tuner")
    words = ["python", "-m", "pytest", "-q", "-k", "meanings"]
    shown = environment.run(*words, cwd=tmp_path / "lab-tuner", status=1)
    told = re.search(r"```\n(`vierbein.*?)```", PAGE.read_text(), re.DOTALL)[1]
    for line in (
        told.replace("deepsets", "lab_tuner").replace("width", "learning_rate").splitlines()
    ):
        assert line.strip() in shown
