"""The results of ``check``, one element for each endpoint or file; pure. Their forms are in ``formats``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.addresses import split_location
from monitor.model import (
    Assessment,
    Failure,
    Finding,
    Path,
    Policy,
    RevocationList,
    Severity,
    Sighting,
    TargetState,
    worst,
)
from monitor.sources.endpoint.connect_options import Endpoint

EXIT = {Severity.OK: 0, Severity.WARNING: 1, Severity.CRITICAL: 2, Severity.UNKNOWN: 3}


@dataclass(frozen=True, slots=True)
class ProbedServer:
    """Where a server was probed; ``tls_version`` is the one agreed on, empty without a handshake."""

    host: str
    port: int
    protocol: str
    tls_version: str = ""


@dataclass(frozen=True, slots=True)
class ReportElement:
    """The result for one endpoint or one file.

    ``target`` is the argument, or the path when the argument is a glob or folder; ``owner`` and ``note`` are
    those of the configured target. ``connection`` is ``None`` for what is no server. ``duration`` is the time
    that the probe of the whole target took.
    """

    target: str
    failures: tuple[Failure, ...]
    findings: tuple[Finding, ...]
    sightings: tuple[Sighting, ...]
    assessment: Assessment
    lists: tuple[RevocationList, ...] = ()
    owner: str = ""
    note: str = ""
    location: str = ""
    connection: ProbedServer | None = None
    policy: Policy = Policy()
    duration: timedelta = timedelta(0)

    @property
    def severity(self) -> Severity:
        """Return the worst severity, or unknown when nothing could be probed."""
        return worst([f.severity for f in self.findings] + [Severity.UNKNOWN] * self.unreachable)

    @property
    def unreachable(self) -> bool:
        """Return whether nothing could be probed."""
        return bool(self.failures) and not self.sightings and not self.lists

    @property
    def has_problem(self) -> bool:
        """Return whether there is anything to say beside the certificates."""
        return bool(self.failures or self.findings)

    @property
    def first_path(self) -> Path | None:
        """Return the path that expires first."""
        return min(self.assessment.paths, key=lambda path: path.not_after, default=None)

    @property
    def not_after(self) -> datetime | None:
        """Return the earliest expiry over the paths of this element."""
        return None if self.first_path is None else self.first_path.not_after

    @property
    def first_list(self) -> RevocationList | None:
        """Return its CRL that is due first, except those that a later one replaces."""
        replaced = {pair.old for pair in self.assessment.superseded}
        dated = [
            (one.next_update, one) for one in self.lists if one.next_update and one.sha256 not in replaced
        ]
        return min(dated, key=lambda pair: pair[0], default=(None, None))[1]

    @property
    def expires_at(self) -> datetime | None:
        """Return the earliest expiry of certificates, or of CRLs if there are no certificates."""
        if self.assessment.paths:
            return self.not_after
        return None if self.first_list is None else self.first_list.next_update


def elements(
    argument: str, state: TargetState, *, split: bool, tls_versions: Mapping[str, str] | None = None
) -> list[ReportElement]:
    """Return the elements of one probed target: one for each location if ``split``, else one.

    A file with named certificates has an element for each of them, a server one for each probed address or
    key type, an empty store has one. Failures and findings of the whole target belong to the element of the
    argument. ``tls_versions`` are those of its locations.
    """
    target, versions = state.target, tls_versions or {}
    return [
        replace(
            one,
            owner=target.label("owner"),
            note=target.info.note,
            connection=_connection(one.location, state, versions),
            policy=target.policy,
            duration=state.duration,
        )
        for one in _elements(argument, state, split=split)
    ]


def _connection(location: str, state: TargetState, versions: Mapping[str, str]) -> ProbedServer | None:
    """Return where a location is: the address that was probed where each address is a location."""
    settings = state.target.settings
    if not isinstance(settings, Endpoint):
        return None
    host = settings.host
    if location and not location.startswith(state.target.location):
        host = split_location(location.partition(" (")[0])[0]
    return ProbedServer(host, settings.port, settings.protocol, versions.get(location, ""))


def _elements(argument: str, state: TargetState, *, split: bool) -> list[ReportElement]:
    locations = dict.fromkeys(
        [sighting.location for sighting in state.sightings]
        + [one.location for one in state.lists]
        + [failure.location for failure in state.failures]
        + [finding.location for finding in state.assessment.findings]
    )
    shown = dict.fromkeys(sighting.location for sighting in state.sightings)
    split = split or len(shown) > 1 or any(_named(location, state) for location in shown)
    if not split or not locations:
        judged = state.assessment
        location = next(iter(shown), state.target.location)
        return [
            ReportElement(
                argument,
                state.failures,
                judged.findings,
                state.sightings,
                judged,
                state.lists,
                location=location,
            )
        ]
    return [_at(_label(argument, location, state), location, state) for location in locations]


def _named(location: str, state: TargetState) -> bool:
    return location.startswith(f"{state.target.location}#")


def _label(argument: str, location: str, state: TargetState) -> str:
    if location in ("", state.target.location):
        return argument
    return argument + location.removeprefix(state.target.location) if _named(location, state) else location


def _at(target: str, location: str, state: TargetState) -> ReportElement:
    paths = tuple(path for path in state.assessment.paths if path.location == location)
    return ReportElement(
        target,
        tuple(failure for failure in state.failures if failure.location == location),
        tuple(finding for finding in state.assessment.findings if finding.location == location),
        tuple(sighting for sighting in state.sightings if sighting.location == location),
        Assessment(paths=paths, superseded=state.assessment.superseded),
        tuple(one for one in state.lists if one.location == location),
        location=location,
    )


def by_urgency(found: Iterable[ReportElement]) -> list[ReportElement]:
    """Return elements with the worst first, among equals what expires first."""
    return sorted(found, key=_urgency)


def _urgency(element: ReportElement) -> tuple[int, bool, float]:
    expires_at = element.expires_at
    return -element.severity.rank, expires_at is None, expires_at.timestamp() if expires_at else 0.0


def exit_code(found: Iterable[ReportElement]) -> int:
    """Return the exit code for several targets: critical before unknown before warning before ok."""
    return EXIT[worst(element.severity for element in found)]
