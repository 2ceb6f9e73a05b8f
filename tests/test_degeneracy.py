"""Two parameters of a universe are degenerate: a total that improves hides that one gets worse.

A base that was pretrained where the neutrino mass is nowhere different has learned to read sigma8
from the clustering alone. Carried to universes with massive neutrinos, it reads clustering better
than a network from scratch ever does with so few universes, and the mass worse (arXiv:2510.19168).
"""

from pathlib import Path

import pytest

from vierbein.experiment.run import run

EXPERIMENT = """\
# @package _global_
defaults:
  - /dataset@source.dataset: toy_universes
  - /adapter@source.adapter: toy_survey
  - override /dataset: toy_universes
  - override /adapter: toy_survey
  - override /backbone: toy_sets
  - override /task: joint_regression
  - override /tuner: [probe]
  - _self_
name: universes
cache_folder: runs/.cache
source: {dataset: {seed: 1, heaviest: 0.0}, adapter: {name: lcdm}}
dataset: {seed: 2}
adapter: {name: massive}
task: {scales: {sigma8: 0.58, m_nu: 0.29}, locations: {m_nu: 0.5}}
stages: [pretrain, adapt, compare, question, report]
pretrain: {steps: 400, batch_size: 128, learning_rate: 1e-2}
training: {batch_size: 64, learning_rate: 1e-2, looks: 6}
compare:
  arms: [fine_tuned, twin_equal_steps]
  sizes: [200]
  seeds: 3
  steps: 60
  trials: 1
  replicas: 60
  margin: 0.05
  test_events: 0
  workers: 1
"""


# As many masses in the source domain as in the target domain: nothing was left unseen.
SEEN = "source.dataset.heaviest=1.0"


@pytest.fixture
def universes(folder):
    Path("conf/experiment/universes.yaml").write_text(EXPERIMENT)
    return lambda *overrides: run("universes", list(overrides), is_quiet=True)


def parts(result):
    assert set(result.parts.kind) == {"truth"}
    return result.parts.set_index("name")


def test_a_truth_that_gets_worse_is_flagged_although_the_total_improves(universes):
    result = universes()
    report = result.report
    assert report["comparison"]["massive"]["transfer"] == "helpful"
    total = result.differences.set_index("against").loc["twin_equal_steps"]
    assert total.low > 0.05
    assert parts(result).outcome.to_dict() == {"m_nu": "negative", "sigma8": "helpful"}
    assert parts(result).loc["m_nu", "high"] < -0.05  # beyond the margin, at a stricter level
    assert report["outcome"]["negative_parts"] == ["massive, 200 events, m_nu"]
    assert report["outcome"]["advice"]["massive"] == (
        "Fine-tune: transfer is helpful against the twin. Not for m_nu: there the twin is better."
    )
    assert result.exit_status == 3
    page = (result.folder / "report.html").read_text()
    trust = page.partition('<section id="trust">')[2].partition("</section>")[0]
    assert "<strong>Exit status 3.</strong>" in trust
    assert "Worse than the twin although the total may not be: massive, 200 events, m_nu." in trust


def test_no_truth_is_flagged_where_the_base_has_seen_both_parameters(universes):
    result = universes(SEEN)
    assert result.report["comparison"]["massive"]["transfer"] == "helpful"
    assert parts(result).loc["m_nu", "low"] > -0.15
    assert "negative" not in set(parts(result).outcome)
    assert result.report["outcome"]["negative_parts"] == []
    assert result.report["outcome"]["advice"]["massive"].endswith("helpful against the twin.")
    assert result.exit_status == 0
