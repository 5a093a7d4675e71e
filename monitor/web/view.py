"""What the web asks of the daemon, and the values that answer; no HTTP here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from monitor.model import Snapshot


@dataclass(frozen=True, slots=True)
class Health:
    """Say since how many seconds each part gave no sign of life (``None``: not begun), and what is wrong.

    The daemon decides what is too long; each of its ``problems`` is one sentence.
    """

    loop_age: float | None = None
    schedule_age: float | None = None
    alert_pass_age: float | None = None
    store_ok: bool = True
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether every part is alive and the store works."""
        return self.store_ok and not self.problems


@dataclass(frozen=True, slots=True)
class ReloadResult:
    """Say whether the new configuration is in force, and otherwise every mistake in it."""

    ok: bool
    problems: tuple[str, ...] = ()


class Refusal(StrEnum):
    """Name why nothing is probed: not switched on, a wrong question, a target not allowed, or no time."""

    OFF = "off"
    WRONG = "wrong"
    OUTSIDE = "outside"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class ProbeQuestion:
    """Hold what a request for a probe names, as it was written; ``within`` is how long the asker waits."""

    target: str
    module: str = ""
    within: timedelta | None = None
    on_metrics_listen: bool = False


@dataclass(frozen=True, slots=True)
class ProbeAnswer:
    """Hold the metrics of one probe, or why there are none and what to do in a sentence."""

    text: bytes = b""
    refusal: Refusal | None = None
    sentence: str = ""


class WebView(Protocol):
    """Show the daemon to the web."""

    def now(self) -> datetime:
        """Return the wall time, aware and in UTC."""
        ...

    def snapshot(self) -> Snapshot:
        """Return the current picture; it never changes afterwards."""
        ...

    def metrics(self) -> Iterator[bytes]:
        """Yield everything for ``/metrics`` in pieces of about a millisecond each."""
        ...

    def health(self) -> Health:
        """Return how the parts are."""
        ...

    def ready(self) -> tuple[bool, tuple[str, ...]]:
        """Return whether configuration, store and recorded state are there, and what is missing."""
        ...

    async def reload(self) -> ReloadResult:
        """Read the configuration again; a bad one leaves the old one in force."""
        ...

    async def probe(self, question: ProbeQuestion) -> ProbeAnswer:
        """Probe one target now and return its metrics; nothing is kept of it."""
        ...
