"""What is said when a bundle is refused: what was asked, what there is, what to do."""

from pathlib import Path

import pytest

from vierbein.errors import bundles
from vierbein.errors.base import VierbeinError

SAID = [
    (bundles.NotABundleError("x.vbn", "it is no zip archive"), "x.vbn: is no bundle", "Copy it"),
    (bundles.UnknownFormatError("x.vbn", 9, 1), "format version is 9", "Update vierbein"),
    (bundles.UnsafeBundleError("x.vbn", "../a", "escapes"), "'../a' escapes", "Do not use it"),
    (bundles.TamperedBundleError("x.vbn", "card.json", "is missing"), "is missing", "again"),
    (bundles.BundleContentError("x.vbn", "card.json", "a list", "a mapping"), "a list", "ask"),
    (bundles.BundleParametersError("x.vbn", "w holds NaN"), "w holds NaN", "Pack it again"),
    (bundles.BundleChangedError("x.vbn", "a" * 64, "b" * 64), "another bundle", "Put the old"),
    (bundles.NoBundleError("toi", "shelf", ["toy"]), "Did you mean toy?", "adapter install"),
    (bundles.OtherBaseError("x.vbn", "The base b", "a" * 64, "b" * 64), "a" * 16, "--base"),
    (bundles.BundleBaseMissingError("x.vbn", "p:b", "a" * 64), "'p:b'", "--base FOLDER"),
    (bundles.SignatureMissingError("x.vbn"), "has none", "--sign KEY"),
    (bundles.WrongSignatureError("x.vbn", "bad key", "keys"), "(bad key)", "which key is theirs"),
    (bundles.NoSignersError(), "nobody is named", "--allowed-signers FILE"),
    (bundles.CannotSignError("--sign k", "no such file"), "no such file", "Install OpenSSH"),
    (bundles.CannotPackError("runs/x", "no arm", "Choose one."), "cannot be packed", "Choose one."),
    (bundles.CannotPushError("hub:a/b", "no token", "Log in."), "(no token)", "Log in."),
    (bundles.BundleNameError("X", "a capital", "--name NAME"), "'X' cannot be used", "--name NAME"),
]


@pytest.mark.parametrize(("error", "asked", "cure"), SAID, ids=lambda each: type(each).__name__)
def test_the_words(error, asked, cure):
    assert isinstance(error, VierbeinError)
    first, second, third = str(error).split("\n")
    assert asked in first + second
    assert second.startswith("  ")
    assert cure in third


def test_every_error_is_in_the_list():
    classes = {
        c
        for c in vars(bundles).values()
        if isinstance(c, type) and c.__module__ == bundles.__name__
    }
    assert {type(error) for error, _, _ in SAID} == classes - {bundles.BundleError}
    assert Path(bundles.__file__).name == "bundles.py"
