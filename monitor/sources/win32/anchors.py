"""The trust anchors of this Windows machine; reads its stores and nothing else."""

import contextlib
import sys

from monitor.model import Anchor, Failure
from monitor.sources import texts
from monitor.sources.system import SYSTEM
from monitor.sources.win32.failures import CallError
from monitor.windows.certificate import StoredCertificate
from monitor.windows.stores import CA, DISALLOWED, ROOT
from monitor.windows.trust import trusted_anchors

if sys.platform == "win32":
    from monitor.sources.win32.crypt32 import read_store

    def windows_anchors() -> tuple[tuple[Anchor, ...], tuple[Failure, ...]]:
        """Return the machine's anchors (the logical Root, CA below it), or why its stores cannot be read."""
        try:
            roots, intermediates = read_store(ROOT), read_store(CA)
        except CallError as error:
            return (), (Failure(error.reason, texts.system_store_error(problem=error.message), SYSTEM),)
        return trusted_anchors(roots, intermediates, _disallowed()), ()

    def _disallowed() -> tuple[StoredCertificate, ...]:
        with contextlib.suppress(CallError):
            return read_store(DISALLOWED)
        return ()
