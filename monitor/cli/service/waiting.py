"""Wait until the service runs or has stopped, as long as it reports progress.

A service that starts refuses to stop: whoever stops it waits until it runs.
"""

import time
from collections.abc import Callable

from monitor.cli.service.manager import (
    CallNumber,
    ServiceCallError,
    ServiceControlManager,
    ServiceState,
    ServiceStatus,
)
from monitor.errors import SystemBrokenError

PATIENCE = 60.0
"""Seconds without progress after which waiting ends; a hint of the service may ask for more."""

LONGEST = 600.0
"""Seconds after which waiting ends in any case."""

_PAUSE = 0.25
_PENDING = (ServiceState.START_PENDING, ServiceState.STOP_PENDING)


class ServiceWaiter:
    """Waits for one service; time comes from outside."""

    def __init__(
        self,
        manager: ServiceControlManager,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take the manager and the clock."""
        self._manager, self._now, self._sleep = manager, now, sleep

    def settled(self) -> ServiceStatus | None:
        """Return the status once the service neither starts nor stops, ``None`` where there is no service.

        Raises ``SystemBrokenError`` when it makes no progress.
        """
        begun = progressed = self._now()
        before = (0, 0)
        while (status := self._manager.status()) and status.state in _PENDING:
            seen = (int(status.state), status.checkpoint)
            progressed = self._now() if seen != before else progressed
            before = seen
            if self._now() - progressed > max(PATIENCE, status.hint) or self._now() - begun > LONGEST:
                raise SystemBrokenError(f"the service is still {_PHASES[status.state]} and makes no progress")
            self._sleep(_PAUSE)
        return status

    def stopped(self) -> None:
        """Stop the service, and return when its process has ended and so holds no file open.

        Raises ``SystemBrokenError`` when it does not end.
        """
        for _ in range(5):
            status = self.settled()
            if status is None or status.state is ServiceState.STOPPED:
                return
            if not self._asked():
                self._sleep(_PAUSE)
                continue
            self.settled()
            if status.process and not self._manager.wait_for_end(status.process, PATIENCE):
                raise SystemBrokenError(f"the service has stopped, but its process {status.process} runs on")
        raise SystemBrokenError("the service does not stop")

    def _asked(self) -> bool:
        """Ask the service to stop; return whether it takes that now."""
        try:
            self._manager.stop()
        except ServiceCallError as error:
            if error.number in (CallNumber.CANNOT_ACCEPT_CONTROL, CallNumber.NOT_ACTIVE):
                return False
            raise
        return True


_PHASES = {ServiceState.START_PENDING: "starting", ServiceState.STOP_PENDING: "stopping"}
