"""What no student can be made of, in words."""

from vierbein.errors.base import VierbeinError


class StudentSizeError(VierbeinError):
    """A student is to have less than nothing of something."""

    def __init__(self, setting: str, given: int, least: int) -> None:
        super().__init__(
            f"A student cannot have {setting}={given}.\n"
            f"  The least is {least}.\n"
            f"  Set  {setting}={least}  or more."
        )
