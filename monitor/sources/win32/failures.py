"""Errors of Windows calls by error number; loads on every platform, calls nothing."""

import ctypes
import sys

from monitor.model import FailureReason, Message, text
from monitor.model.message import raw_english

# winerror.h
_REASONS = {2: FailureReason.NOT_FOUND, 3: FailureReason.NOT_FOUND, 5: FailureReason.PERMISSION}


class CallError(Exception):
    """A Windows call failed; ``number`` is its error number, 0 where our own limit was exceeded."""

    def __init__(self, number: int, message: Message) -> None:
        """Make the error for a number and its description."""
        super().__init__(raw_english(message))
        self.number = number
        self.message = message

    @property
    def reason(self) -> FailureReason:
        """Return the reason of the failure for this error."""
        return _REASONS.get(self.number, FailureReason.UNREADABLE)


def last_error() -> CallError:
    """Return the error of the last call through ctypes; use it right after that call."""
    number = 0
    if sys.platform == "win32":
        number = ctypes.get_last_error()
    return call_error(number)


def call_error(number: int) -> CallError:
    """Return the error for a Windows error number, with its text."""
    unsigned = number & 0xFFFFFFFF
    said = ""
    if sys.platform == "win32":
        said = ctypes.FormatError(ctypes.c_int32(unsigned).value).strip().rstrip(".")
    return CallError(unsigned, text(said or f"Windows error {unsigned:#x}"))
