"""Why Windows did not answer, by its own error numbers; loads on every platform, asks nothing."""

import ctypes
import sys

from monitor.model import FailureReason

# winerror.h
_REASONS = {2: FailureReason.NOT_FOUND, 3: FailureReason.NOT_FOUND, 5: FailureReason.PERMISSION}


class CallError(Exception):
    """A call of Windows failed; ``number`` is its error number, 0 where it is our own bound."""

    def __init__(self, number: int, sentence: str) -> None:
        """Keep the number and what it means in words."""
        super().__init__(sentence)
        self.number = number

    @property
    def reason(self) -> FailureReason:
        """Return the reason of the failure that this makes."""
        return _REASONS.get(self.number, FailureReason.UNREADABLE)


def last_error() -> CallError:
    """Return the error that the last call through ctypes left behind; ask at once after it."""
    number = 0
    if sys.platform == "win32":
        number = ctypes.get_last_error()
    return call_error(number)


def call_error(number: int) -> CallError:
    """Return an error number of Windows with its text."""
    unsigned = number & 0xFFFFFFFF
    said = ""
    if sys.platform == "win32":
        said = ctypes.FormatError(ctypes.c_int32(unsigned).value).strip().rstrip(".")
    return CallError(unsigned, said or f"Windows error {unsigned:#x}")
