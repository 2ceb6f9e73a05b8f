"""Tamper with a bundle in every way known here; count what is refused for the right reason.

Tests run the same list (tests/test_bundles.py).
"""

import contextlib
import io
import sys
from collections.abc import Callable
from typing import NamedTuple

import torch

import attempts as act
from bundle_workshop import Workshop, workshop
from vierbein.cli.main import main as vierbein
from vierbein.storage.bundle import (
    ADAPTER,
    CARD,
    MANIFEST,
    NETWORK,
    PARAMETERS,
)
from vierbein.storage.bundle_archive import write_archive


class Tampering(NamedTuple):
    """One attempt.

    Parameters
    ----------
    name
        What was done.
    reason
        Words of the refusal.
    attempt
        Does it, and gives the command that must refuse it.
    """

    name: str
    reason: str
    attempt: Callable[[Workshop], list[str]]


_NEVER = "is no part of a bundle"
TAMPERINGS = (
    Tampering("a flipped byte", "was changed", act.flipped),
    Tampering("a flipped byte, its checksum mended", "the manifest says", act.mended),
    Tampering("a flipped byte, by adapter=PATH in a run", "was changed", act.through_run),
    Tampering("a flipped byte, installed", "the manifest says", act.when_installed),
    Tampering(
        "a hash in the manifest",
        "the manifest says",
        act.other_manifest(b'256": "', b'256": "0'),
    ),
    Tampering(
        "a size in the manifest",
        "the manifest says",
        act.other_manifest(b'size": ', b'size": 1'),
    ),
    Tampering("white space in the manifest", "is not written", act.other_manifest(b"{", b"{ ")),
    Tampering("a manifest that is no JSON", "no JSON", act.other_manifest(b"{", b"(")),
    Tampering(
        "a manifest that is a list",
        "manifest.json: list",
        lambda s: s.verify(write_archive({MANIFEST: b"[]", **s.bundle.files})),
    ),
    Tampering("no manifest", "is missing", lambda s: s.verify(write_archive(dict(s.bundle.files)))),
    Tampering("a missing file", "is missing", lambda s: s.verify(s.packed({CARD: None}))),
    Tampering("an extra file", _NEVER, act.named("notes.md")),
    Tampering(
        "an extra file that the manifest names",
        _NEVER,
        lambda s: s.verify(s.packed({"notes.md": b"x"})),
    ),
    Tampering("YAML inside", _NEVER, lambda s: s.verify(s.packed({"config.yaml": b"a: 1"}))),
    Tampering("Python inside", _NEVER, lambda s: s.verify(s.packed({"setup.py": b"import os"}))),
    Tampering(
        "a pickle inside",
        "looks like a pickle",
        lambda s: s.verify(s.packed({"head.bin": b"\x80\x04K\x01."})),
    ),
    Tampering(
        "a pickle in place of the parameters",
        "no safetensors",
        lambda s: s.verify(s.packed({PARAMETERS: b"\x80\x04K\x01."})),
    ),
    Tampering("a path that escapes", "leads out", act.named("../evil")),
    Tampering("a path that escapes in its middle", "leads out", act.named("a/../../evil")),
    Tampering("an absolute path", "an absolute path", act.named("/etc/evil")),
    Tampering("a path with a drive", "an absolute path", act.named("C:/evil")),
    Tampering("a path with backslashes", "a backslash", act.named("a\\..\\evil")),
    Tampering("a control character in a name", "a control character", act.named("a\nb")),
    Tampering("a symbolic link", "a symbolic link", act.named("link", 0o120777)),
    Tampering("a device", "no plain file", act.named("device", 0o020644)),
    Tampering("a folder", "no plain file", act.named("folder/")),
    Tampering("a duplicate entry", "stands twice", act.twice),
    Tampering("a zip bomb by its ratio", "a zip bomb", act.bomb),
    Tampering("a zip bomb by its total", "a zip bomb", act.claimed),
    Tampering("a thousand small files", "too many", act.many),
    Tampering("an encrypted entry", "is encrypted", act.encrypted),
    Tampering(
        "a truncated archive", "its end is missing", lambda s: s.verify(s.bundle.to_bytes()[:-100])
    ),
    Tampering(
        "half an archive",
        "its end is missing",
        lambda s: s.verify(s.bundle.to_bytes()[: len(s.bundle.to_bytes()) // 2]),
    ),
    Tampering("no zip", "no zip archive", lambda s: s.verify(b"hello" * 100)),
    Tampering("an empty file", "no zip archive", lambda s: s.verify(b"")),
    Tampering(
        "bytes after the archive",
        "belong to no file",
        lambda s: s.verify(s.bundle.to_bytes() + bytes(8)),
    ),
    Tampering(
        "a script before the archive",
        "belong to no file",
        lambda s: s.verify(b"#!/bin/sh\nexit\n" + s.bundle.to_bytes()),
    ),
    Tampering("bytes between the files", "belong to no file", act.between),
    Tampering("a comment of the archive", "belong to no file", act.commented),
    Tampering(
        "files in another order",
        "not written",
        lambda s: s.verify(write_archive({**s.bundle.files, MANIFEST: s.bundle.manifest})),
    ),
    Tampering(
        "an unknown format version",
        "format version is 2",
        lambda s: s.verify(s.packed({}, format=2)),
    ),
    Tampering(
        "a format version that is text",
        "format version is '1'",
        lambda s: s.verify(s.packed({}, format="1")),
    ),
    Tampering(
        "_target_ in JSON",
        "begins with an underscore",
        act.in_json(CARD, run={"_target_": "os.system"}),
    ),
    Tampering(
        "_component_ in settings",
        "begins with an underscore",
        act.component("backbone", "backbone/x/y", _component_="task/x/y"),
    ),
    Tampering("${} in JSON", "has '${'", act.in_json(CARD, licence="${oc.env:HOME}")),
    Tampering(
        "${} in JSON, escaped",
        "has '${'",
        act.in_text(CARD, "not stated", "\\u0024{oc.env:HOME}"),
    ),
    Tampering("${} in a key", "has '${'", act.in_json(CARD, run={"${a}": 1})),
    Tampering(
        "terminal commands in the README",
        "a terminal would obey",
        lambda s: s.verify(s.packed({"README.md": b"# a\x1b]0;b\x07"})),
    ),
    Tampering(
        "terminal commands in the card",
        "a terminal would obey",
        act.in_json(CARD, licence="\x1b[2J"),
    ),
    Tampering(
        "a README that is no text",
        "is no text",
        lambda s: s.verify(s.packed({"README.md": b"\xff"})),
    ),
    Tampering(
        "an adapter's component of another kind",
        "Expected: an adapter",
        act.in_json(
            ADAPTER, component={"component": "dataset/vierbein-files/root", "settings": {}}
        ),
    ),
    Tampering(
        "NaN in JSON", "is no number", act.in_text(CARD, '"figures": []', '"figures": [NaN]')
    ),
    Tampering(
        "1e999 in JSON",
        "number too large",
        act.in_text(CARD, '"figures": []', '"figures": [1e999]'),
    ),
    Tampering("a key twice in JSON", "a key twice", act.in_text(CARD, "{", '{"arm": "x", ')),
    Tampering(
        "JSON nested without end",
        "no JSON",
        lambda s: s.verify(s.packed({CARD: b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"})),
    ),
    Tampering("an unknown key", "is unknown", act.in_json(NETWORK, code="x")),
    Tampering("a missing key", "is missing", act.in_text(CARD, '"arm"', '"harm"')),
    Tampering("a name that is a path", "card.json name", act.in_json(CARD, name="../evil")),
    Tampering("threads without end", "network.json threads", act.in_json(NETWORK, threads=10**9)),
    Tampering("spare units without end", "num_spare", act.in_json(NETWORK, num_spare=10**9)),
    Tampering(
        "code as an expression of the mapping",
        "there is no function",
        act.mapping(event_id="__import__('os').system('true')"),
    ),
    Tampering(
        "a schema that is not the mapping's",
        "other features",
        act.in_text(ADAPTER, '"dphi"', '"phi"'),
    ),
    Tampering("scores of other names", "score_names", act.in_json(NETWORK, score_names=["a", "b"])),
    Tampering(
        "a component that is none",
        "No backbone named",
        act.component("backbone", "backbone/os/system"),
    ),
    Tampering(
        "a component of another kind",
        "a backbone",
        act.component("backbone", "command/vierbein-collider/make-jets"),
    ),
    Tampering(
        "a setting that the component has not",
        "no setting",
        act.component("task", "task/vierbein-collider/jet_classification", depth=3),
    ),
    Tampering(
        "a setting of another type",
        "must be",
        act.component("task", "task/vierbein-collider/jet_classification", level="high"),
    ),
    Tampering("NaN in parameters", "NaN or infinity", act.in_tensors(act.poisoned(float("nan")))),
    Tampering(
        "infinity in parameters",
        "NaN or infinity",
        act.in_tensors(act.poisoned(float("inf"))),
    ),
    Tampering(
        "a parameter of another shape",
        "the network's is",
        act.in_tensors(lambda t: t.update({act.BIAS: torch.zeros(3)})),
    ),
    Tampering(
        "a parameter of another type",
        "the network's is",
        act.in_tensors(lambda t: t.update({act.BIAS: torch.zeros(14).double()})),
    ),
    Tampering(
        "a parameter too few",
        "is missing",
        act.in_tensors(lambda t: t.__delitem__(act.BIAS)),
    ),
    Tampering(
        "a parameter too many",
        "is not in the network",
        act.in_tensors(lambda t: t.update({"backdoor": torch.zeros(3)})),
    ),
    Tampering(
        "a parameter both its own and the base's",
        "both its own",
        act.in_tensors(lambda t: t.update({"head.linear.bias": torch.zeros(2)})),
    ),
    Tampering(
        "a parameter that the base has not",
        "the base has no",
        act.in_text(NETWORK, ': "head.linear.bias"', ': "head.linear.base"'),
    ),
    Tampering(
        "a missing signature where one is required",
        "has none",
        lambda s: s.asking(s.bundle.to_bytes()),
    ),
    Tampering("a signature of another bundle", "does not hold", act.stale),
    Tampering(
        "a signature by another key",
        "its key is not allowed",
        lambda s: s.asking(s.signed("other").to_bytes()),
    ),
    Tampering(
        "a signature by another signer",
        "not allowed as you@lab",
        lambda s: s.asking(s.signed("mine").to_bytes(), "--signer", "you@lab"),
    ),
    Tampering("a signature made for another purpose", "does not hold", act.other_purpose),
    Tampering("a signature that is none", "does not hold", act.garbage),
    Tampering(
        "a required signature without signers",
        "nobody is named",
        lambda s: s.verify(s.signed("mine").to_bytes(), "--require-signature"),
    ),
    Tampering("another base", "it was made on a base", lambda s: act.base(s, is_honest=True)),
    Tampering(
        "another base under the right card",
        "its card names",
        lambda s: act.base(s, is_honest=False),
    ),
    Tampering("a base that is not here", "which is not here", act.no_base),
    Tampering("data without a column", "there is no column 'part_pt'", act.column_gone),
    Tampering("data in another unit", "is the file in MeV?", act.other_unit),
    Tampering("the name of a plugin's adapter", "an adapter of vierbein-collider", act.taken),
)


def refused(tampering: Tampering, shop: Workshop) -> str:
    """Try one; give what was said if it was refused for its reason, or raise."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        status = vierbein(tampering.attempt(shop))
    text = said.getvalue()
    if status != 2 or tampering.reason not in text:
        message = f"{tampering.name}: status {status}, {text or 'nothing was said'}"
        raise AssertionError(message)
    return text


def main() -> None:
    """Try all, and write the rows."""
    from rows import write_row

    num_refused = 0
    with workshop() as shop:
        for tampering in TAMPERINGS:
            try:
                said = refused(tampering, shop).partition("\n")[0]
                num_refused += 1
            except AssertionError as error:
                said = f"NOT REFUSED: {error}"
            print(f"{tampering.name}: {said}")
    command = "python benchmarks/tamperings.py"
    for name, number in (("refused", num_refused), ("tried", len(TAMPERINGS))):
        print(write_row("plugins", f"tamperings_{name}", number, number, number, "1", "", command))
    sys.exit(num_refused < len(TAMPERINGS))


if __name__ == "__main__":
    main()
