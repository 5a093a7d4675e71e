"""The interface through which the web reads from the daemon, and its values; no HTTP here."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from monitor.alerts import NotifiedReceiver
from monitor.model import AlertRecord, Message, NotificationStatus, PolicyValue, Silence, Snapshot, Target
from monitor.model.alerts.history import AlertHistory
from monitor.store import HistoryEntry, OutcomePeriod
from monitor.web.on_demand import OnDemandProbes
from monitor.web.services.components import Degradation


@dataclass(frozen=True, slots=True)
class Health:
    """Seconds since the last sign of life of each part (``None``: not started), and what is wrong.

    The daemon decides what is too long; each of the ``problems`` is one sentence, with its code. ``name`` is
    what this monitor is called, ``customer`` whom it works for. ``undelivered_since`` and
    ``store_problem`` are two of the problems, for the page. ``degraded`` is what is missing of other
    machines; whether that is a problem of this one as well depends on it.
    """

    loop_age: float | None = None
    schedule_age: float | None = None
    alert_pass_age: float | None = None
    store_ok: bool = True
    problems: tuple[Message, ...] = ()
    name: str = ""
    customer: str = ""
    undelivered_since: datetime | None = None
    store_problem: Message | None = None
    degraded: tuple[Degradation, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether every part is alive and the store works."""
        return self.store_ok and not self.problems


@dataclass(frozen=True, slots=True)
class Standby:
    """What a center says that does not lead: its name, and who leads, where that is known."""

    name: str
    leader: str = ""
    url: str = ""


Notified: TypeAlias = NotifiedReceiver


class WebView(OnDemandProbes, Protocol):
    """What the daemon answers to the web."""

    def now(self) -> datetime:
        """Return the wall time, aware and in UTC."""
        ...

    def snapshot(self) -> Snapshot:
        """Return the current snapshot; it never changes afterwards."""
        ...

    def metrics(self) -> Iterator[bytes]:
        """Yield everything for ``/metrics`` in pieces of about a millisecond each."""
        ...

    def standby(self) -> Standby | None:
        """Return what this center says instead of pages, ``None`` where it leads."""
        ...

    def health(self) -> Health:
        """Return the health of the parts."""
        ...

    def ready(self) -> tuple[bool, tuple[str, ...]]:
        """Return whether configuration, store and recorded state are there, and what is missing."""
        ...

    def hosts(self) -> Collection[str]:
        """Return the names, in lower case, by which requests may name this machine."""
        ...

    def external_url(self) -> str:
        """Return scheme, host and port of the page for people elsewhere, empty for none."""

    def receivers(self) -> Collection[str]:
        """Return the names of the receivers."""
        ...

    async def history(self, *, sha256: str = "", target_id: str = "") -> Sequence[HistoryEntry]:
        """Return when a certificate was seen, or what a target showed, newest first."""
        ...

    async def outcomes(self, target_id: str) -> Sequence[OutcomePeriod]:
        """Return the periods in which the probes of a target had one outcome, newest first."""
        ...

    async def recorded_alerts(self, target_id: str) -> Sequence[AlertRecord]:
        """Return the recorded alerts about one target alone, those that are over too, newest first."""
        ...

    async def resolved_alerts(self, since: datetime, most: int) -> Sequence[AlertRecord]:
        """Return the alerts that are over since an instant, the last one first."""
        ...

    def policy_origins(self, target: Target) -> Sequence[PolicyValue]:
        """Return the policy of a target, and where each value is set."""
        ...

    async def silences(self) -> Sequence[Silence]:
        """Return the acknowledgements and silences that last, those of the configuration among them."""
        ...

    async def recent_silences(self, since: datetime) -> Sequence[Silence]:
        """Return the same, and what ended since an instant."""
        ...

    async def notifications(self, most: int) -> Sequence[NotificationStatus]:
        """Return what became of the last notifications, the newest first, and of all that wait."""
        ...

    async def alert_history(self, alert_id: str) -> AlertHistory | None:
        """Return the record of one alert, open or over, ``None`` where there is none."""
        ...

    async def notified(self) -> Mapping[str, Sequence[Notified]]:
        """Return what receivers were notified of open alerts, by the ids of alerts."""
        ...
