"""Judge bindings of http.sys that point to an expired, missing or superseded certificate.

It must not judge ports that http.sys does not serve: a recorder's own socket is in no binding.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

from monitor.addresses import join_host_port, read_ip, split_location
from monitor.assess.correlate.store_vs_endpoint import texts
from monitor.assess.correlate.store_vs_endpoint.machine_view import (
    AvailableCertificate,
    MachineView,
    ServedLeaf,
)
from monitor.assess.correlate.store_vs_endpoint.not_deployed import OutdatedLeaf, successor
from monitor.model import AlertKey, Binding, Check, Finding, Message, Scope, Severity


def stale_bindings(
    views: list[MachineView], outdated: list[OutdatedLeaf], now: datetime
) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each binding whose certificate is expired, missing or superseded.

    Where the port is known to serve that outdated certificate, the finding about the port says so with what
    to do; one failed probe of the port makes no finding of the binding.
    """
    judged_at_port = {(id(one.view), one.served.port, one.served.certificate.sha1) for one in outdated}
    for view in views:
        machine = view.machine
        for binding in (machine.bindings or ()) if machine else ():
            thumbprint = binding.thumbprint.upper()
            if (
                thumbprint
                and not _changed_since(view, binding)
                and (id(view), binding.port, thumbprint) not in judged_at_port
            ):
                yield from _findings(view, binding, thumbprint, now)


def address_of(binding: Binding) -> str:
    """Return ``0.0.0.0:443`` for a binding, whether or not its address includes the port."""
    address, port = binding.address, f":{binding.port}"
    if address.endswith(port) and (address.count(":") == 1 or "]" in address):
        return address
    return join_host_port(address.strip("[]"), binding.port)


def store_of(binding: Binding) -> str:
    """Return the store that a binding takes its certificate from, such as ``LocalMachine/My``."""
    return f"LocalMachine/{binding.store or 'My'}"


def _findings(
    view: MachineView, binding: Binding, thumbprint: str, now: datetime
) -> Iterator[tuple[str, Finding]]:
    available = [one for one in view.by_thumbprint.get(thumbprint, ()) if _is_in(one, store_of(binding))]
    problem = _problem(view, binding, thumbprint, available, now)
    if problem is None:
        return
    default, said = problem
    target = view.state.target
    severity = target.policy.severity(Check.BINDING_STALE, default)
    if severity is not None:
        sha256, location = (available[0].certificate.sha256, available[0].location) if available else ("", "")
        shared = AlertKey(Check.BINDING_STALE, Scope.MACHINE, view.qualified_host, thumbprint)
        yield target.id, Finding(Check.BINDING_STALE, severity, said, sha256, location, shared)


def _problem(
    view: MachineView,
    binding: Binding,
    thumbprint: str,
    available: Collection[AvailableCertificate],
    now: datetime,
) -> tuple[Severity, Message] | None:
    store, address = store_of(binding), address_of(binding)
    if not available:
        missing = view.read_completely(store) and thumbprint not in view.thumbprints.get(store.lower(), ())
        said = texts.binding_missing(host=view.host, address=address, sha1=thumbprint, store=store)
        return (Severity.CRITICAL, said) if missing else None
    leaf = next(iter(available)).certificate
    if leaf.not_after <= now:
        return Severity.CRITICAL, texts.binding_expired(
            host=view.host, address=address, sha1=thumbprint, not_after=leaf.not_after
        )
    beside = [one for one in view.sharing_a_name(leaf) if _is_in(one, store)]
    new = successor(leaf, beside, now)
    if new is None:
        return None
    return Severity.WARNING, texts.binding_superseded(
        host=view.host,
        address=address,
        sha1=thumbprint,
        not_after=leaf.not_after,
        store=new.container,
        new_sha1=new.certificate.sha1,
        new_not_after=new.certificate.not_after,
    )


def _changed_since(view: MachineView, binding: Binding) -> bool:
    """Return whether the port served another certificate after the bindings were read.

    Several host names (SNI) may be bound to one port: then what it serves says nothing about one binding.
    """
    taken_at = view.machine.taken_at if view.machine else None
    if taken_at is None or len(view.bindings_on(binding.port)) != 1 or not _any_address(binding):
        return False
    since = [
        served.certificate.sha1
        for served in view.served
        if served.port == binding.port and _seen_after(served, taken_at)
    ]
    return bool(since) and binding.thumbprint.upper() not in since


def _seen_after(served: ServedLeaf, at: datetime) -> bool:
    """Return whether a leaf was received after an instant; that its port is unreachable now is no matter."""
    state = served.state
    return (state.succeeded_at or at) > at or (served.current and (state.probed_at or at) > at)


def _any_address(binding: Binding) -> bool:
    address = read_ip(split_location(address_of(binding))[0])
    return address is not None and address.is_unspecified


def _is_in(available: AvailableCertificate, store: str) -> bool:
    return available.entry is not None and available.entry.store.lower() == store.lower()
