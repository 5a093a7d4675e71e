"""Machines with stores, and ports that serve, for the tests of what needs both; no judgment of its own."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from monitor.assess import correlate
from monitor.model import (
    Assessment,
    Binding,
    Certificate,
    Check,
    Failure,
    FailureReason,
    Finding,
    KeyLink,
    KeyPermission,
    Machine,
    Path,
    Policy,
    PrivateKey,
    ServiceAccount,
    Sighting,
    Snapshot,
    StoreEntry,
    Target,
    TargetState,
    TargetTraits,
    qualified,
    text,
)
from monitor.parse import parse_certificate
from support.pki import NOW, SERVER_AUTH, Issued, authority, days, issue
from support.written import written

HOST = "rec01.vms.example"
MY = "LocalMachine/My"
ROOT = authority("VMS Certificate Authority")
HERE = PrivateKey(KeyLink.PRESENT)
GONE = PrivateKey(KeyLink.MISSING)
ADMINISTRATORS = KeyPermission("S-1-5-32-544"), KeyPermission("S-1-5-18")
CA = parse_certificate(ROOT.der)
ELSEWHERE = "F" * 40


def made(
    start: float,
    end: float,
    *names: str,
    by: Issued | None = ROOT,
    ca: bool | None = None,
    usage: bool = True,
) -> Certificate:
    """Return a certificate that begins and ends so many days after now, for one machine if not said."""
    names = names or (HOST,)
    usages = [SERVER_AUTH] if usage else []
    issued = issue(names[0], by, start=days(start), end=days(end), names=names, ca=ca, usages=usages)
    return parse_certificate(issued.der)


OLD, NEW = made(-340, 25), made(-2, 363)


def kept(
    one: Certificate,
    key: PrivateKey = HERE,
    *,
    store: str = MY,
    archived: bool = False,
    host: str = HOST,
) -> tuple[StoreEntry, Certificate]:
    """Return a certificate as it lies in a store."""
    location = f"{host}/{store}/{one.sha1}"
    return StoreEntry(location, store, one.sha1, one.sha256, archived=archived, key=key), one


def machine(
    *stored: tuple[StoreEntry, Certificate],
    host: str = HOST,
    kind: str = "windows_report",
    policy: Policy | None = None,
    labels: tuple[tuple[str, str], ...] = (),
    origin: str = "",
    failures: tuple[Failure, ...] = (),
    **more: object,
) -> TargetState:
    """Return what one probe of a machine's stores gave; ``more`` are fields of the machine."""
    known = {"names": (host,), "taken_at": NOW, "stores": (MY,), **more}
    described = Machine(host, entries=tuple(one for one, _ in stored), **known)  # type: ignore[arg-type]
    target = Target(
        f"{kind}:{host}",
        kind,
        f"C:/reports/{host}.json",
        None,
        policy=policy or Policy(),
        labels=labels,
        collection=True,
        origin=origin,
    )
    return TargetState(
        target,
        probed_at=NOW,
        succeeded_at=NOW,
        failed_probes=len(failures),
        failures=failures,
        sightings=tuple(Sighting(one.location, 0, leaf) for one, leaf in stored if not one.archived),
        machine=described,
    )


def port(
    shown: Certificate,
    number: int = 7563,
    *,
    host: str = HOST,
    aliases: tuple[str, ...] = (),
    group: str = "",
    component: str = "",
    site: str = "",
    policy: Policy | None = None,
    key_type: str = "",
    up: bool = True,
    anchor: Certificate | None = None,
    origin: str = "",
    location: str = "",
    after: timedelta = timedelta(0),
) -> TargetState:
    """Return an endpoint that served a certificate; ``after`` is how long after now it was probed."""
    where = f"{host}:{number}"
    labels = {"certificate_group": group, "component": component, "site": site}
    target = Target(
        f"endpoint:{where}",
        "endpoint",
        where,
        None,
        policy=policy or Policy(),
        labels=tuple((name, value) for name, value in labels.items() if value),
        host=host,
        aliases=aliases,
        traits=TargetTraits(key_type=key_type),
        origin=origin,
    )
    shown_at = location or where
    paths = (Path(shown_at, (shown, anchor), trusted=True),) if anchor else ()
    return TargetState(
        target,
        probed_at=NOW + after,
        succeeded_at=NOW + after,
        failed_probes=0 if up else 1,
        failures=() if up else (Failure(FailureReason.REFUSED, text("nobody listens")),),
        sightings=(Sighting(shown_at, 0, shown),),
        assessment=Assessment(paths=paths),
    )


def files(
    *lying: Certificate, host: str = "", origin: str = "", where: str = "/etc/tls/new.pem"
) -> TargetState:
    """Return what one probe of a file gave."""
    target = Target(f"files:{where}", "files", where, None, host=host, origin=origin)
    sightings = tuple(Sighting(where, index, one) for index, one in enumerate(lying))
    paths = tuple(Path(where, (one,), trusted=False) for one in lying)
    return TargetState(target, probed_at=NOW, sightings=sightings, assessment=Assessment(paths=paths))


def account(
    *sids: str, service: str = "Milestone XProtect Recording Server", name: str = "VMS\\svc"
) -> ServiceAccount:
    """Return the account of a service with its SIDs, not known when there are none."""
    return ServiceAccount(service, service, name, sids or None, running=True)


def found(*states: TargetState) -> list[Finding]:
    """Return every joined finding about these targets."""
    return [finding for several in by_target(*states).values() for finding in several]


def in_zone(state: TargetState, zone: str) -> TargetState:
    """Return the same target in a zone."""
    target = state.target
    return replace(state, target=replace(target, id=qualified(target.id, zone), zone=zone))


def by_target(*states: TargetState) -> dict[str, tuple[Finding, ...]]:
    """Return the joined findings by target."""
    return correlate(Snapshot({state.target.id: state for state in states}), NOW)


def checks(*states: TargetState) -> list[Check]:
    """Return which checks found something."""
    return [finding.check for finding in found(*states)]


def off(*several: Check) -> Policy:
    """Return a policy that does not ask some questions."""
    return replace(Policy(), checks=tuple((check, None) for check in several))


def sentences(findings: Iterable[Finding]) -> list[str]:
    """Return what is said."""
    return [written(finding) for finding in findings]


def bound(thumbprint: str, number: int = 443, address: str = "0.0.0.0", store: str = "My") -> Binding:
    """Return a binding of http.sys."""
    return Binding(address, number, thumbprint, store)


def readable_by(*grants: KeyPermission, hardware: bool = False) -> PrivateKey:
    """Return a key with administrators, the system and these among its readers."""
    return PrivateKey(KeyLink.PRESENT, readers=(*grants, *ADMINISTRATORS), hardware=hardware)


def server(host: str = HOST, *, site: str = "HQ", origin: str = "", anchor: Certificate = CA) -> TargetState:
    """Return a port whose certificate hangs on a CA."""
    return port(NEW, host=host, site=site, origin=origin, anchor=anchor)


def client(
    *roots: str, site: str = "HQ", origin: str = "", known: bool = True, host: str = "client07.vms.example"
) -> TargetState:
    """Return a machine with these certificates in its logical Root store."""
    labels = (("site", site),) if site else ()
    return machine(host=host, labels=labels, origin=origin, roots=roots if known else None)


TRUST = files(CA, origin="trust", where="/etc/vms-ca.cer")
