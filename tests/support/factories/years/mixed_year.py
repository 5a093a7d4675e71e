"""The year of a mixed estate: certificates of all lives, two sites, two readers, and all that goes wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts import Every, Route, Routing, Schedule, acknowledgement, new_silence
from monitor.model import AlertGroup, Matcher, Silence
from support.factories.years.simulated_servers import (
    DAY,
    Served,
    Server,
    Span,
    certificate_of,
    renewed,
)
from support.factories.years.simulated_year import Asked, Reader, Scenario

HARBOUR, PLANT = "harbour", "plant"


def on(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """Return an instant of the year."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


BEGIN, END = on(1, 1, 9), datetime(2027, 1, 1, tzinfo=UTC)
FIRST = on(1, 1, 3)
YEAR = 365 * DAY
READERS = (
    Reader(HARBOUR, Schedule(Every.DAILY, time(8), ZoneInfo("Europe/Lisbon")), "pt_BR"),
    Reader(PLANT, Schedule(Every.WORKDAY, time(8), ZoneInfo("America/New_York")), "en"),
)
ROUTING = Routing(
    (
        Route((HARBOUR,), (Matcher("site", (HARBOUR,)),), further=True),
        Route((PLANT,), (Matcher("site", (PLANT,)),)),
    ),
    (HARBOUR, PLANT),
)
AWAY = (Span(on(4, 2, 6, 30), on(4, 2, 7, 30)), Span(on(11, 2, 9), on(12, 2, 9)))
RELAY_DOWN = (Span(on(3, 26, 7, 30), on(3, 26, 8, 30)), Span(on(7, 6, 6), on(7, 16, 10)))

CA_NAME = "VMS CA"
OLD_CA = certificate_of(CA_NAME, BEGIN + 55 * DAY - 10 * YEAR, 10 * YEAR, CA_NAME, ca=True)
NEW_CA = certificate_of(CA_NAME, on(1, 20, 10), 10 * YEAR, CA_NAME, ca=True)


def recorders(begin: int, end: int, site: str) -> Iterator[Server]:
    """Yield recorders below the CA that has 55 days; all are renewed with it, and in time in December."""
    for number in range(begin, end):
        name = f"recorder{number:02}.{site}.example"
        served = (
            Served(on(1, 1, 0), certificate_of(name, on(1, 1) - number * 2 * DAY, YEAR), (OLD_CA,)),
            Served(on(1, 20, 12), certificate_of(name, on(1, 20, 11), YEAR), (NEW_CA,)),
            Served(on(12, 10), certificate_of(name, on(12, 10), YEAR), (NEW_CA,)),
        )
        down = [Span(on(2, 3, 10), on(2, 3, 16))] if site == HARBOUR else []
        yield Server.of(f"Recorder {number:02}", site, served, END, down=down)


def of(title: str, site: str, life: timedelta, *renewals: datetime | timedelta, since: datetime) -> Server:
    """Return a server whose certificates are renewed at these times."""
    return Server.of(title, site, renewed(title, life, *renewals, since=since), END)


def once(title: str, site: str, expires_at: datetime, life: timedelta, *renewals: datetime) -> Server:
    """Return a server whose first certificate expires at an instant."""
    return of(title, site, life, *renewals, since=expires_at - life)


def camera(title: str, site: str, expires_at: datetime, *renewals: datetime) -> Server:
    """Return a device that little depends on."""
    return replace(once(title, site, expires_at, YEAR, *renewals), low_impact=True)


def host(title: str, site: str, begin: datetime, end: datetime) -> Server:
    """Return a server that does not answer for a while."""
    return replace(once(title, site, END + YEAR, 2 * YEAR), down=(Span(begin, end),))


def servers() -> Iterator[Server]:
    """Yield the estate."""
    yield from recorders(1, 41, HARBOUR)
    yield from recorders(41, 61, PLANT)
    yield from in_time()
    yield from late()
    yield directory()
    yield camera("Camera 07", HARBOUR, on(4, 1), on(4, 20))
    yield camera("Camera 31", PLANT, on(11, 3))
    yield host("Storage", HARBOUR, on(3, 2, 10), on(3, 3, 16))
    yield host("Backup", PLANT, on(5, 5, 14), on(5, 5, 19))
    yield host("Printer", PLANT, on(5, 7, 14), on(5, 7, 15))
    yield host("Intranet", PLANT, on(5, 12, 9), on(5, 12, 19))


def in_time() -> Iterator[Server]:
    """Yield servers of which nobody hears: renewed in time, whatever the life is."""
    yield of("Gateway", HARBOUR, 6 * DAY, 4 * DAY, since=FIRST)
    yield of("Mobile", HARBOUR, 47 * DAY, 31 * DAY, since=FIRST)
    yield of("Web client", HARBOUR, 90 * DAY, 60 * DAY, since=FIRST)
    yield of("Identity", PLANT, YEAR, 300 * DAY, since=FIRST - 100 * DAY)
    yield of("Recovery", PLANT, 10 * YEAR, since=FIRST - 5 * YEAR)


def late() -> Iterator[Server]:
    """Yield servers with certificates that are renewed late, or never."""
    gateway = [FIRST + 4 * number * DAY for number in range(39)]
    yield of("Intercom", PLANT, 6 * DAY, *gateway[1:], on(6, 11, 6), 4 * DAY, since=FIRST)
    yield of("Portal", PLANT, 47 * DAY, 31 * DAY, 31 * DAY, 41 * DAY, 31 * DAY, since=FIRST)
    access = (on(2, 14, 15), on(4, 15, 15), on(7, 18, 9))
    yield of("Access control", PLANT, 90 * DAY, *access, 60 * DAY, since=FIRST - 20 * DAY)
    licences = (on(2, 1), on(4, 1), on(5, 31), on(7, 30), on(8, 27), on(12, 4, 15))
    yield of("Licences", PLANT, 90 * DAY, *licences, since=FIRST - 20 * DAY)
    yield once("Lab server", HARBOUR, on(4, 19), YEAR, on(4, 17))
    yield once("Intrusion", HARBOUR, on(8, 6, 9), YEAR, on(7, 10, 9))
    yield once("Log server", PLANT, on(8, 20), 10 * YEAR, on(8, 3, 15))
    yield once("Event server", HARBOUR, on(9, 15, 14), YEAR)
    yield once("Archive", PLANT, on(11, 5, 2), YEAR, on(11, 1, 20))
    yield once("Management", HARBOUR, on(11, 28), YEAR, on(11, 20))
    yield once("Reporting", HARBOUR, on(12, 6), YEAR, on(12, 3, 10))


def directory() -> Server:
    """Return a server whose acknowledged certificate is replaced by one that expires soon as well."""
    first = certificate_of("directory", on(2, 25) - YEAR, YEAR)
    wrong = certificate_of("directory", on(3, 1) - YEAR, YEAR)
    right = certificate_of("directory", on(2, 19), YEAR)
    served = (Served(on(1, 1, 0), first), Served(on(2, 10, 15), wrong), Served(on(2, 19, 15), right))
    return Server.of("Directory", PLANT, served, END)


def acknowledged(title: str, by: str, until: datetime | None = None) -> Asked:
    """Return an acknowledgement of the alert with a title."""

    def asked(alerts: Sequence[AlertGroup], now: datetime) -> Silence:
        (group,) = [one for one in alerts if one.title == title]
        return acknowledgement(group, f"{title} {now}", until=until, comment="", by=by, now=now)

    return asked


def silenced(target: str, until: datetime) -> Asked:
    """Return a silence of one target."""

    def asked(_alerts: Sequence[AlertGroup], now: datetime) -> Silence:
        return new_silence(
            [Matcher("target", (target,))], f"{target} {now}", until=until, reason="moves", by="Rui", now=now
        )

    return asked


ASKED = {
    on(1, 2, 14): acknowledged(CA_NAME, "Ana", on(1, 30)),
    on(2, 3, 9, 30): acknowledged("Directory", "Joe"),
    on(3, 1): silenced("endpoint:lab-server.harbour.example:443", on(4, 15)),
    on(8, 18, 9): acknowledged("Event server", "Ana"),
    on(9, 3, 9): acknowledged("Event server", "Ana"),
    on(9, 9, 9): acknowledged("Event server", "Ana", on(9, 30)),
    on(9, 22, 9): acknowledged("Event server", "Rui", on(10, 20)),
}
REMARKS = {
    on(1, 1, 9): "The service starts. The CA of 60 recorders has 55 days left.",
    on(1, 2, 14): "Ana acknowledges the CA until 30 January.",
    on(1, 20): "The CA is renewed, and all recorders with it: that ends the acknowledgement.",
    on(1, 26): "Directory: 30 days left.",
    on(2, 3, 9, 30): "Joe acknowledges Directory for 14 days.",
    on(2, 3, 10): "The network of the harbour with 40 recorders is down until 16:00.",
    on(2, 10, 15): "Directory gets another certificate that expires soon: that ends the acknowledgement.",
    on(2, 19, 15): "Directory gets the right one.",
    on(3, 1): "The lab server is silenced until 15 April.",
    on(3, 2): "Camera 07: 30 days left.",
    on(3, 2, 10): "Storage is down until 3 March 16:00; critical after twelve probes.",
    on(3, 25): "Camera 07: 7 days left, critical, but of low impact.",
    on(3, 26, 7, 30): "The relay is down for an hour.",
    on(3, 29, 1): "Summer time in Lisbon.",
    on(4, 1): "Camera 07 expires.",
    on(4, 2, 6, 30): "The service is down for an hour, over the time of a digest.",
    on(4, 7, 15): "Portal, 47 days: 11.75 days left, as its renewal is late.",
    on(4, 13, 3): "Portal is renewed.",
    on(4, 15): "The silence of the lab server ends: 4 days left.",
    on(4, 17): "The lab server is renewed.",
    on(4, 20): "Camera 07 is renewed.",
    on(5, 5, 14): "Backup is down for five hours between two digests.",
    on(5, 7, 14): "Printer misses one probe.",
    on(5, 12, 9): "Intranet is down for ten hours, over the time of a digest.",
    on(6, 6, 15): "Intercom, 6 days, was not renewed after 4: a warning on a Saturday.",
    on(6, 7, 12, 36): "Intercom is critical, before the next digest.",
    on(6, 8, 3): "Intercom expires.",
    on(6, 11, 6): "Intercom is renewed.",
    on(6, 21, 3): "Access control, 90 days: 22.5 days left, on a Sunday.",
    on(7, 6, 6): "The relay is down for ten days.",
    on(7, 7): "Intrusion: 30 days left.",
    on(7, 7, 14): "Access control: critical.",
    on(7, 10, 9): "Intrusion is renewed before anybody has heard of it.",
    on(7, 14, 15): "Access control expires.",
    on(7, 16, 10): "The relay is back.",
    on(7, 18, 9): "Access control is renewed.",
    on(7, 21): "Log server, 10 years: 30 days left.",
    on(8, 3, 15): "Log server is renewed.",
    on(8, 16, 14): "Event server: 30 days left, on a Sunday.",
    on(8, 18, 9): "Ana acknowledges Event server for 14 days.",
    on(9, 1, 9): "That ends, with the trouble still there.",
    on(9, 3, 9): "Ana acknowledges Event server for 14 days, which end with its expiry.",
    on(9, 8, 14): "Event server is critical: that ends the acknowledgement.",
    on(9, 9, 9): "Ana acknowledges Event server until 30 September, which ends with its expiry too.",
    on(9, 15, 14): "Event server expires.",
    on(9, 22, 9): "Rui acknowledges Event server until 20 October.",
    on(10, 4): "Camera 31: 30 days left, on a Sunday.",
    on(10, 6, 2): "Archive: 30 days left.",
    on(10, 20): "The acknowledgement of Event server ends. From now on it is repeated weekly.",
    on(10, 25, 1): "Winter time in Lisbon.",
    on(10, 27): "Camera 31: critical, but of low impact.",
    on(10, 29): "Management: 30 days left.",
    on(10, 29, 2): "Archive: critical.",
    on(11, 1, 6): "Winter time in New York.",
    on(11, 1, 20): "Archive is renewed.",
    on(
        11, 2, 9
    ): "The service is down for a month. Meanwhile Management is renewed, Camera 31 and Licences expire.",
    on(12, 2, 9): "The service is back; what was missed comes once. Reporting has 4 days left.",
    on(12, 3, 10): "Reporting is renewed.",
    on(12, 4, 15): "Licences is renewed.",
    on(12, 10): "All recorders are renewed in time.",
}


def mixed_year() -> Scenario:
    """Return the scenario."""
    return Scenario(BEGIN, END, list(servers()), READERS, ROUTING, AWAY, RELAY_DOWN, ASKED, REMARKS)
