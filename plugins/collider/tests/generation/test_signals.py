from vierbein_collider.generation.processes import PROCESSES
from vierbein_collider.generation.signals import KNOWN, SIGNALS


def test_signals_are_none_of_the_tasks_processes():
    assert not set(SIGNALS) & set(PROCESSES)
    codes = [process.code for process in KNOWN.values()]
    assert len(set(codes)) == len(codes)
    assert max(codes) < 128  # the column has eight bits


def test_each_signal_says_how_strong_it_is():
    for signal in SIGNALS.values():
        assert signal.strengths
        said = signal.described()
        assert said["strengths"][0]["value"] > 0
        if signal.effect is not None:
            assert said["effect"].startswith(type(signal.effect).__name__)
