"""Write to standard output: a terminal, a pipe that may close, or a disk that may be full."""

import contextlib
import io
import os
import sys

from monitor.errors import SystemBrokenError


def forgive_encodings() -> None:
    r"""Escape characters that the output's encoding lacks, as ``\xfc``, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print a text and flush it; a closed pipe (``| head``) is not an error.

    Raises ``SystemBrokenError`` when the output cannot be written, for example on a full disk.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _write_nowhere()
    except OSError as error:
        _write_nowhere()
        raise SystemBrokenError(f"the output cannot be written: {error.strerror or error}") from None


def finish() -> None:
    """Flush the remaining output without errors: the interpreter would complain about a closed pipe."""
    try:
        if sys.stdout is not None:  # pythonw has none
            sys.stdout.flush()
    except OSError:
        _write_nowhere()


def _write_nowhere() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
