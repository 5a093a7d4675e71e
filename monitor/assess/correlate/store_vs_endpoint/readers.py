"""Find services whose account may not read the private key of the certificate that their port serves.

It must not guess: a key in hardware, a list or a group that could not be seen give no finding.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint.sides import Held, Served, Side
from monitor.assess.expiry import bounded
from monitor.assess.key_access import may_read
from monitor.model import Account, Check, Finding, Link, Severity

# On these XProtect's services are served by http.sys, which uses the key as SYSTEM.
_HTTP_SYS = frozenset({443, 9000, 9001, 7609, 8082})

# How the names of XProtect's services and what they show to people say which component they are. Longer ones
# first: the failover recorder is a recording server by name.
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

# Where the entry of an endpoint does not say what answers there, its port does, where that service is.
_PORTS = {
    7563: ("recording_server", "failover_recorder"),
    9001: ("recording_server", "failover_recorder"),
    9000: ("management_server",),
    22331: ("event_server",),
    22332: ("event_server",),
    8082: ("mobile_server",),
    7609: ("data_collector",),
}

_Use = tuple[Account, Held, list[Served]]


def keys_inaccessible(found: list[Side], now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield a finding for each service and certificate that its account may not read the key of.

    Where only http.sys serves it nothing stops: the vendor's guide was not followed, a warning.
    """
    for side in found:
        for account, held, ports in _uses(side):
            if held.kept and may_read(account, held.kept.key) is False:
                yield from _finding(side, account, held, ports)


def _uses(side: Side) -> Iterator[_Use]:
    """Yield each service with a certificate that its ports serve from this machine's stores."""
    accounts = (side.machine.accounts if side.machine else None) or ()
    for account in accounts:
        component = component_of(account)
        if not component or account.running is False:
            continue
        ports: dict[str, list[Served]] = {}
        for served in side.served:
            if component in _components(served):
                ports.setdefault(served.certificate.sha1, []).append(served)
        for thumbprint, several in ports.items():
            held = [one for one in side.by_thumbprint.get(thumbprint, ()) if one.personal]
            if held and not _any_readable(account, held):
                yield account, held[0], several


def _components(served: Served) -> tuple[str, ...]:
    component = served.state.target.label("component")
    return (component,) if component else _PORTS.get(served.port, ())


def _any_readable(account: Account, held: list[Held]) -> bool:
    """Return whether some copy of it can, or may be, used by the account."""
    keys = [one.kept.key for one in held if one.kept]
    return any(key.link is not Link.PRESENT or may_read(account, key) is not False for key in keys)


def component_of(account: Account) -> str:
    """Return the component of XProtect that a service is, empty for any other."""
    called = "".join(re.findall(r"[a-z0-9]+", f"{account.service} {account.title}".lower()))
    if "milestone" not in called and "xprotect" not in called:
        return ""
    return next((component for component, words in _SERVICES if words in called), "")


def _finding(side: Side, account: Account, held: Held, ports: list[Served]) -> Iterator[tuple[str, Finding]]:
    own = [served for served in ports if not _by_http_sys(side, served.port)]
    target, leaf = side.state.target, held.certificate
    severity = target.policy.severity(Check.KEY_INACCESSIBLE, Severity.CRITICAL if own else Severity.WARNING)
    if severity is not None:
        listed = bounded(", ", sorted({served.place for served in own or ports}))
        sentence = (
            f"the account {account.account or '(unknown)'} of the service {account.title or account.service} "
            f"on {side.host} may not read the private key of {leaf.sha1}, which is served at {listed}: "
            + _consequence(own)
        )
        matter = f"{Check.KEY_INACCESSIBLE} {side.host} {leaf.sha1} {account.service}"
        yield target.id, Finding(Check.KEY_INACCESSIBLE, severity, sentence, leaf.sha256, held.place, matter)


def _consequence(own: list[Served]) -> str:
    if own:
        return "it may fail the next time the service starts"
    return "Windows itself serves that port and goes on, but the vendor's guide was not followed"


def _by_http_sys(side: Side, port: int) -> bool:
    return port in _HTTP_SYS or bool(side.bindings_on(port))
