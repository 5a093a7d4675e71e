"""Ports of one site with what they serve, and the findings that only show across them."""

from monitor.assess import correlate
from monitor.model import (
    DiscoveryState,
    Finding,
    Policy,
    Severity,
    Sighting,
    Snapshot,
    Target,
    TargetState,
    TargetTraits,
)
from monitor.parse import parse_certificate
from support.pki import NOW, Issued, authority, days, leaf

ROOT = authority("Root")
REC = "rec1.vms.example"
WARNING = Severity.WARNING


def made(start: float, end: float, host: str = REC) -> Issued:
    """Return a certificate that begins and ends so many days after now."""
    return leaf(host, ROOT, start=days(start), end=days(end))


OLD, NEW = made(-340, 25), made(-2, 363)


def port(
    number: int,
    shown: Issued | None,
    *,
    host: str = REC,
    component: str = "recording_server",
    part: TargetTraits | None = None,
    failed: int = 0,
    encrypted: bool | None = None,
    policy: Policy | None = None,
    site: str = "HQ",
) -> TargetState:
    """Return one port of a server: 7563 carries the streaming media certificate, others the server's."""
    group = "streaming_media" if number == 7563 else "server"
    location = f"{host}:{number}"
    target = Target(
        f"endpoint:{location}",
        "endpoint",
        location,
        None,
        policy=policy or Policy(),
        labels=(("certificate_group", group), ("component", component), ("site", site)),
        host=host,
        traits=part or TargetTraits(),
    )
    sightings = (Sighting(location, 0, parse_certificate(shown.der)),) if shown else ()
    return TargetState(
        target,
        probed_at=NOW,
        succeeded_at=NOW,
        failed_probes=failed,
        sightings=sightings,
        encrypted=encrypted if encrypted is not None else bool(shown) or None,
    )


def found(*states: TargetState, discoveries: tuple[DiscoveryState, ...] = ()) -> dict[str, list[Finding]]:
    """Return the findings across these targets by location."""
    snapshot = Snapshot(
        {one.target.id: one for one in states}, discoveries={one.id: one for one in discoveries}
    )
    shared = correlate(snapshot, NOW)
    return {target_id.removeprefix("endpoint:"): list(findings) for target_id, findings in shared.items()}
