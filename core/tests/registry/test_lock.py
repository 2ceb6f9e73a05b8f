"""Locks: one hash for one code, however it was installed, and a word for every difference."""

import base64
import hashlib

import pytest

from vierbein.registry.lock import differences, fingerprint, state

FILES = {
    "lab/__init__.py": "",
    "lab/nets.py": "class XYZ: ...\n",
    "lab/conf/backbone/small.yaml": "width: 3\n",
}
ENTRIES = {"backbone": {"xyz": "lab.nets:XYZ"}}


@pytest.fixture
def lab(fake_distribution):
    """Install `lab` as an editable install leaves it: a RECORD without its code."""
    site = fake_distribution("lab", ENTRIES, FILES)
    (site / "lab-1.0.dist-info" / "RECORD").write_text("lab.pth,,\nlab-1.0.dist-info/RECORD,,\n")
    return site


def _record(site):
    """Write the RECORD of a wheel, with what an installer adds to it."""
    rows = [
        "../../bin/lab,sha256=abc,3",
        "lab/__pycache__/nets.pyc,,",
        "lab-1.0.dist-info/RECORD,,",
    ]
    for name in FILES:
        data = (site / name).read_bytes()
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}")
    (site / "lab-1.0.dist-info" / "RECORD").write_text("\n".join(rows) + "\n")


def _hash():
    return fingerprint("lab")


def test_a_wheel_and_an_editable_install_of_one_source_have_one_hash(lab):
    editable = _hash()
    (lab / "lab" / "__pycache__").mkdir()
    (lab / "lab" / "__pycache__" / "nets.pyc").write_bytes(b"bytecode")
    assert _hash() == editable
    _record(lab)
    assert _hash() == editable


@pytest.mark.parametrize("is_wheel", [True, False])
@pytest.mark.parametrize("name", [*FILES, "lab-1.0.dist-info/entry_points.txt"])
def test_every_edited_file_changes_the_hash(lab, name, is_wheel):
    if is_wheel:
        _record(lab)
    before = _hash()
    (lab / name).write_text((lab / name).read_text() + "\n# edited\n")
    assert _hash() != before


@pytest.mark.parametrize("is_wheel", [True, False])
def test_a_file_that_has_gone_changes_the_hash(lab, is_wheel):
    if is_wheel:
        _record(lab)
    before = _hash()
    (lab / "lab/conf/backbone/small.yaml").unlink()
    assert _hash() != before


def test_every_difference_has_a_line(lab):
    locked = state(["lab", "gone"])
    assert set(locked["distributions"]) == {"gone", "lab", "vierbein"}
    assert differences(locked, state(["lab", "gone"])) == []
    locked["distributions"]["gone"] = {"version": "2.0", "sha256": "0"}
    locked["distributions"]["lab"]["sha256"] = "0"
    locked["distributions"]["vierbein"]["version"] = "0.0.1"
    locked["versions"]["torch"] = "1.0"
    now = state(["lab", "gone"])
    now["distributions"]["new"] = {"version": "3.0", "sha256": "0"}
    assert [line.replace(now["versions"]["torch"], "X") for line in differences(locked, now)] == [
        "gone: 2.0 is locked, none is installed",
        "lab: 1.0 is installed with other files",
        "new: 3.0 is used, and is not in the lock",
        f"vierbein: 0.0.1 is locked, {now['distributions']['vierbein']['version']} is installed",
        "torch: 1.0 is locked, X is installed",
    ]
