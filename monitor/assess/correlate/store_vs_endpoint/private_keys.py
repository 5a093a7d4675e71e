"""Judge private keys: missing ones, and ones that the account of the service in question may not read.

It must not guess: keys in hardware, and access lists and groups that could not be read, give no finding.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint import texts
from monitor.assess.correlate.store_vs_endpoint.bindings import address_of, store_of
from monitor.assess.correlate.store_vs_endpoint.machine_view import (
    AvailableCertificate,
    MachineView,
    ServedLeaf,
)
from monitor.assess.correlate.store_vs_endpoint.not_deployed import replaces
from monitor.assess.key_access import may_read
from monitor.assess.names import mismatch
from monitor.model import AlertKey, Check, Finding, KeyLink, Message, Scope, ServiceAccount, Severity
from monitor.model.texts import names

# On these XProtect's services are served by http.sys, which uses the key as SYSTEM.
_HTTP_SYS = frozenset({443, 9000, 9001, 7609, 8082})

# Parts of the names of XProtect's services, with the component that each is. Longer ones first: the failover
# recorder is a recording server by name.
_SERVICES = (
    ("failover_recorder", "failover"),
    ("recording_server", "recordingserver"),
    ("management_server", "managementserver"),
    ("event_server", "eventserver"),
    ("mobile_server", "mobileserver"),
    ("mobile_server", "milestonemobile"),
    ("data_collector", "datacollector"),
    ("log_server", "logserver"),
)

# The component of a port whose endpoint has no ``component`` label, where that service is installed.
_PORTS = {
    7563: ("recording_server", "failover_recorder"),
    9001: ("recording_server", "failover_recorder"),
    9000: ("management_server",),
    22331: ("event_server",),
    22332: ("event_server",),
    8082: ("mobile_server",),
    7609: ("data_collector",),
}

_Use = tuple[ServiceAccount, AvailableCertificate, list[ServedLeaf]]


def missing_keys(views: list[MachineView], now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each valid certificate without a key that is bound, served or the newest.

    Bound by http.sys it is critical: Windows refuses every connection there.
    """
    for view in views:
        for copies in view.by_thumbprint.values():
            keyless = _without_key(copies)
            if keyless is not None and now < keyless.certificate.not_after and not keyless.certificate.is_ca:
                yield from _missing_key(view, keyless)


def inaccessible_keys(views: list[MachineView]) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each service whose account may not read the key of the certificate it serves.

    Where only http.sys serves it nothing fails, but the vendor's guide was not followed: a warning.
    """
    for view in views:
        for account, available, ports in _uses(view):
            if available.entry and may_read(account, available.entry.key) is False:
                yield from _inaccessible_key(view, account, available, ports)


def _without_key(copies: list[AvailableCertificate]) -> AvailableCertificate | None:
    """Return a copy in a personal store, where no such copy has a key; copies elsewhere need none."""
    personal = [one for one in copies if one.personal and one.entry and not one.entry.archived]
    linked = any(one.entry and one.entry.key.link is not KeyLink.MISSING for one in personal)
    return None if linked or not personal else personal[0]


def _missing_key(view: MachineView, available: AvailableCertificate) -> Iterator[tuple[str, Finding]]:
    use = _use(view, available)
    if use is None:
        return
    default, used = use
    target, leaf = view.state.target, available.certificate
    severity = target.policy.severity(Check.KEY_MISSING, default)
    if severity is not None:
        said = texts.key_missing(
            sha1=leaf.sha1,
            store=available.container,
            host=view.host,
            not_after=leaf.not_after,
            use=used,
        )
        shared = AlertKey(Check.KEY_MISSING, Scope.MACHINE, view.qualified_host, leaf.sha1)
        yield (
            target.id,
            Finding(Check.KEY_MISSING, severity, said, leaf.sha256, available.location, shared),
        )


def _use(view: MachineView, available: AvailableCertificate) -> tuple[Severity, Message] | None:
    """Return what a certificate is used or meant for, ``None`` where it needs no key."""
    leaf = available.certificate
    bound = [
        address_of(binding)
        for binding in (view.machine.bindings if view.machine else None) or ()
        if binding.thumbprint.upper() == leaf.sha1
        and store_of(binding).lower() == available.container.lower()
    ]
    if bound:
        return Severity.CRITICAL, texts.bound_to(addresses=names(sorted(bound)))
    served = sorted({served.location for served in view.served if served.certificate.sha256 == leaf.sha256})
    if served:
        return Severity.WARNING, texts.in_use_at(locations=names(served))
    if _newest_of_machine(view, available):
        return Severity.WARNING, texts.NEWEST
    return None


def _newest_of_machine(view: MachineView, available: AvailableCertificate) -> bool:
    """Return whether it is the newest for its names, and for this machine or a successor of one with a key.

    People keep the certificates of other machines in the same store; those need no key.
    """
    leaf = available.certificate
    related = view.sharing_a_name(leaf)
    personal = [one for one in related if one.personal and one.entry and not one.entry.archived]
    if any(replaces(one.certificate, leaf) for one in personal):
        return False
    older = [one for one in personal if replaces(leaf, one.certificate)]
    with_key = any(one.entry and one.entry.key.link is KeyLink.PRESENT for one in older)
    return with_key or any(mismatch(leaf, name) is None for name in view.full_names)


def _uses(view: MachineView) -> Iterator[_Use]:
    """Yield each service with a certificate that its ports serve from this machine's stores."""
    accounts = (view.machine.accounts if view.machine else None) or ()
    for account in accounts:
        component = _component_of(account)
        if not component or account.running is False:
            continue
        ports: dict[str, list[ServedLeaf]] = {}
        for served in view.served:
            if component in _components(served):
                ports.setdefault(served.certificate.sha1, []).append(served)
        for thumbprint, several in ports.items():
            available = [one for one in view.by_thumbprint.get(thumbprint, ()) if one.personal]
            if available and not _any_readable(account, available):
                yield account, available[0], several


def _components(served: ServedLeaf) -> tuple[str, ...]:
    component = served.state.target.label("component")
    return (component,) if component else _PORTS.get(served.port, ())


def _any_readable(account: ServiceAccount, copies: list[AvailableCertificate]) -> bool:
    """Return whether the account can, or may be able to, use some copy."""
    keys = [one.entry.key for one in copies if one.entry]
    return any(key.link is not KeyLink.PRESENT or may_read(account, key) is not False for key in keys)


def _component_of(account: ServiceAccount) -> str:
    """Return the component of XProtect that a service is, empty for any other service."""
    name = "".join(re.findall(r"[a-z0-9]+", f"{account.service} {account.title}".lower()))
    if "milestone" not in name and "xprotect" not in name:
        return ""
    return next((component for component, words in _SERVICES if words in name), "")


def _inaccessible_key(
    view: MachineView, account: ServiceAccount, available: AvailableCertificate, ports: list[ServedLeaf]
) -> Iterator[tuple[str, Finding]]:
    own = [served for served in ports if not _by_http_sys(view, served.port)]
    target, leaf = view.state.target, available.certificate
    severity = target.policy.severity(Check.KEY_INACCESSIBLE, Severity.CRITICAL if own else Severity.WARNING)
    if severity is not None:
        said = texts.key_inaccessible(
            account=account.account or "(unknown)",
            service=account.title or account.service,
            host=view.host,
            sha1=leaf.sha1,
            locations=names(sorted({served.location for served in own or ports})),
            consequence=texts.FAILS_AT_START if own else texts.SERVED_BY_WINDOWS,
        )
        subject = f"{leaf.sha1} {account.service}"
        shared = AlertKey(Check.KEY_INACCESSIBLE, Scope.MACHINE, view.qualified_host, subject)
        yield (
            target.id,
            Finding(Check.KEY_INACCESSIBLE, severity, said, leaf.sha256, available.location, shared),
        )


def _by_http_sys(view: MachineView, port: int) -> bool:
    return port in _HTTP_SYS or bool(view.bindings_on(port))
