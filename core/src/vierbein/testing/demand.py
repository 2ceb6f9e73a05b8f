"""Say what a component breaks: what was asked, what came, what to do."""

from typing import NoReturn

import pytest


def refuse(asked: str, found: str, cure: str) -> NoReturn:
    """Fail the check in three lines, without a traceback through the kit."""
    message = f"{asked}\n  {found}\n  {cure}"
    raise pytest.fail.Exception(message, pytrace=False) from None


def demand(holds: object, asked: str, found: str, cure: str) -> None:
    """Fail the check if something does not hold.

    Parameters
    ----------
    holds
        Whether the component does what was asked.
    asked
        What it must do.
    found
        What it did.
    cure
        What its author does about it.
    """
    if not holds:
        refuse(asked, found, cure)
