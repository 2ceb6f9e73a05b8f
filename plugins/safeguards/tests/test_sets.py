from vierbein.config.compose import compose
from vierbein.experiment.settings import RunSettings

NINE = [
    "ood",
    "stress_test",
    "rotation",
    "cross_check",
    "blinding",
    "uncertainty",
    "high_fidelity",
    "features",
    "triage",
]


def chosen(*overrides):
    return list(compose(RunSettings, overrides).config.safeguard)


def test_quick_asks_what_costs_little():
    assert chosen("safeguard=quick") == ["ood", "blinding"]


def test_a_set_can_be_added_to_and_its_members_set():
    config = compose(RunSettings, ["safeguard=quick", "safeguard.ood.event_rate=0.01"]).config
    assert config.safeguard.ood.event_rate == 0.01


def test_discovery_asks_all_nine():
    assert chosen("safeguard=discovery") == NINE
