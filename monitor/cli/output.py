"""Write to standard output, whatever stands behind it: a terminal, a pipe that closes, a full disk."""

import contextlib
import io
import os
import sys

from monitor.errors import SystemBrokenError


def forgive_encodings() -> None:
    r"""Let characters that an output's encoding lacks come out as ``\xfc`` instead of ending us."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print a text and flush it; a reader that went away (``| head``) is no error.

    Raises ``SystemBrokenError`` when the output cannot be written, on a full disk say.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _write_nowhere()
    except OSError as error:
        _write_nowhere()
        raise SystemBrokenError(f"the output cannot be written: {error.strerror or error}") from None


def finish() -> None:
    """Flush what is left, quietly: the interpreter would complain about a reader that went away."""
    try:
        sys.stdout.flush()
    except OSError:
        _write_nowhere()


def _write_nowhere() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
