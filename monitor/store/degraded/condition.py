"""What is known of the disk of a database: whether it works, and how soon a return to it is worth an attempt.

It counts checks and reads no clock; it opens nothing.
"""

import logging
from collections.abc import Callable

from monitor.errors import StoreFault, StoreUnusableError, SystemBrokenError

log = logging.getLogger(__name__)

LOCKED_CALLS = 3
"""How many calls in a row may fail because of another program's lock, each after seconds, before we go on."""

MOST_SKIPPED = 30
"""How many checks pass at most from one attempt to return to the disk to the next."""

STEADY_CHECKS = 30
"""After how many good checks a fault is over, so that one that comes and goes is one."""

GOOD_CHECKS = 360
"""After how many good checks a fault is no reason any more to wait longer after the next one."""

_SPOILED = (StoreFault.DAMAGED, StoreFault.NOT_A_DATABASE)


class DiskCondition:
    """The present fault of a disk, the last one, and how often it failed lately."""

    def __init__(self, state: Callable[[], tuple[int, ...]]) -> None:
        """Take the function that returns a value which changes when the file is replaced or repaired."""
        self._state = state
        self.fault: StoreFault | None = None
        self.recent: StoreFault | None = None
        self._spoiled: tuple[int, ...] = ()
        self._locked_calls = self._failures = self._good_checks = self._skipped = 0

    def lock_may_be_short(self, error: StoreUnusableError) -> bool:
        """Return whether a call that failed met a lock, and too few did before it in a row."""
        self._locked_calls += error.fault is StoreFault.LOCKED
        return error.fault is StoreFault.LOCKED and self._locked_calls < LOCKED_CALLS

    def call_worked(self) -> None:
        """Note that a call was answered."""
        self._locked_calls = 0

    def failed(self, error: StoreUnusableError) -> None:
        """Note that the disk cannot be used from now on."""
        self.fault = None
        self.still_failing(error)
        self._failures += 1
        self._good_checks = self._skipped = 0

    def still_failing(self, error: SystemBrokenError) -> None:
        """Note why it cannot be used; what is new is logged."""
        fault = error.fault if isinstance(error, StoreUnusableError) else StoreFault.OTHER
        if fault is not self.fault:
            log.error("%s; alerts and notifications are kept in memory until it can be used", error)
        self.fault = self.recent = fault
        self._spoiled = self._state() if fault in _SPOILED else ()

    def worth_an_attempt(self) -> bool:
        """Return whether to try a return at this check: each time at first, seldom after failures in a row.

        A disk with room for small writes only would make it go back and forth.
        """
        self._skipped += 1
        if self._skipped < min(2 ** (self._failures - 1), MOST_SKIPPED):
            return False
        self._skipped = 0
        return True

    def same_spoiled_file(self) -> bool:
        """Return whether the file is the damaged one: it would take with it what is written there."""
        return bool(self._spoiled) and self._spoiled == self._state()

    def returned(self) -> None:
        """Note that the disk is used again."""
        self.fault, self._locked_calls = None, 0

    def check_failed(self, error: StoreUnusableError) -> None:
        """Note that the disk is used, but what is written to it will be lost."""
        self.fault = self.recent = error.fault
        self._good_checks = 0

    def check_worked(self) -> None:
        """Note that a check of the disk found nothing."""
        self.fault = None
        self._good_checks += 1
        if self._good_checks >= STEADY_CHECKS:
            self.recent = None
        if self._good_checks >= GOOD_CHECKS:
            self._failures = 0
