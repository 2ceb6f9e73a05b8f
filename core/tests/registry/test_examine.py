"""Importing in a fresh process: timed, and safe from what a plugin does there."""

import pytest

from vierbein.registry.examine import examine
from vierbein.registry.installed import installed

CASES = {
    "import time; time.sleep(0.3); print('hello')": None,
    "import no_such_thing": "No module named 'no_such_thing'",
    "import os; os._exit(0)": "ended the process with status 0",
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)": "ended the process with status -11",
    "raise SystemExit(3)": "SystemExit: 3",
    "import time; time.sleep(60)": "took more than 3 s",
}


@pytest.mark.parametrize("code", CASES)
def test_what_an_import_does_is_told_and_does_no_harm(fake_distribution, code):
    source = f"{code}\nclass A: ...\nclass B: ...\n"
    targets = {"a": "lab_tuner:A", "b": "lab_tuner:B"}
    site = fake_distribution("lab", {"tuner": targets}, {"lab_tuner.py": source})
    registry = installed({}, [str(site)])
    seen = examine(registry.components, limit=3)
    if CASES[code] is None:
        assert seen.seconds > 0.3
        assert seen.problems == ((), ())
    else:
        assert seen.seconds is None
        for (problem,), name in zip(seen.problems, "ab", strict=True):
            assert (problem.what, problem.distribution) == ("broken", "lab")
            assert CASES[code] in problem.message
            assert f"tuner={name} of lab 1.0" in problem.message
