"""Find bindings of http.sys that point to an expired, missing or superseded certificate.

It must not speak of ports that http.sys does not serve: a recorder's own socket is in no binding.
"""

import ipaddress
from collections.abc import Collection, Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint.served_old import Old
from monitor.assess.correlate.store_vs_endpoint.sides import Held, Served, Side
from monitor.assess.correlate.store_vs_endpoint.successor import successor
from monitor.assess.expiry import end_and_date
from monitor.model import Binding, Check, Finding, Severity


def bindings_stale(found: list[Side], several: list[Old], now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each binding that points to nothing good.

    A binding whose port is known to serve an old certificate is told there, with what to do; one failed look
    at the port makes no news of the binding.
    """
    told = {(id(old.side), old.served.port, old.served.certificate.sha1) for old in several}
    for side in found:
        machine = side.machine
        for binding in (machine.bindings or ()) if machine else ():
            thumbprint = binding.thumbprint.upper()
            if (
                thumbprint
                and not _outdated(side, binding)
                and (id(side), binding.port, thumbprint) not in told
            ):
                yield from _finding(side, binding, thumbprint, now)


def address_of(binding: Binding) -> str:
    """Return ``0.0.0.0:443`` for a binding, whether its address holds the port or not."""
    address, port = binding.address, f":{binding.port}"
    if address.endswith(port) and (address.count(":") == 1 or "]" in address):
        return address
    return f"[{address}]{port}" if ":" in address and "]" not in address else f"{address}{port}"


def store_of(binding: Binding) -> str:
    """Return the store that a binding takes its certificate from, as stores are written."""
    return f"LocalMachine/{binding.store or 'My'}"


def _finding(side: Side, binding: Binding, thumbprint: str, now: datetime) -> Iterator[tuple[str, Finding]]:
    held = [one for one in side.by_thumbprint.get(thumbprint, ()) if _is_in(one, store_of(binding))]
    said = _wrong(side, binding, thumbprint, held, now)
    if said is None:
        return
    default, problem = said
    target = side.state.target
    severity = target.policy.severity(Check.BINDING_STALE, default)
    if severity is not None:
        where = address_of(binding)
        sha256, place = (held[0].certificate.sha256, held[0].place) if held else ("", "")
        sentence = f"http.sys on {side.host} has {where} bound to {thumbprint}, {problem}"
        matter = f"{Check.BINDING_STALE} {side.host} {where} {thumbprint}"
        yield target.id, Finding(Check.BINDING_STALE, severity, sentence, sha256, place, matter)


def _wrong(
    side: Side, binding: Binding, thumbprint: str, held: Collection[Held], now: datetime
) -> tuple[Severity, str] | None:
    store = store_of(binding)
    if not held:
        missing = side.whole(store) and thumbprint not in side.thumbprints.get(store.lower(), ())
        return (Severity.CRITICAL, f"which is not in {store}: nobody can connect there") if missing else None
    leaf = next(iter(held)).certificate
    if leaf.not_after <= now:
        return Severity.CRITICAL, f"which {end_and_date(leaf, now)}"
    beside = [one for one in side.related(leaf) if _is_in(one, store)]
    new = successor(leaf, beside, now)
    if new is None:
        return None
    return Severity.WARNING, (
        f"which {end_and_date(leaf, now)}, although a newer certificate for the same names is in "
        f"{new.where}: {new.certificate.sha1}, which {end_and_date(new.certificate, now)}"
    )


def _outdated(side: Side, binding: Binding) -> bool:
    """Return whether the port has been seen with another certificate since the bindings were read.

    Names of their own (SNI) may be bound to one port several times: then one answer speaks for none of them.
    """
    taken_at = side.machine.taken_at if side.machine else None
    if taken_at is None or len(side.bindings_on(binding.port)) != 1 or not _any_address(binding):
        return False
    since = [
        served.certificate.sha1
        for served in side.served
        if served.port == binding.port and _seen_after(served, taken_at)
    ]
    return bool(since) and binding.thumbprint.upper() not in since


def _seen_after(served: Served, at: datetime) -> bool:
    """Return whether what a place serves was seen after an instant; that it is silent now changes nothing."""
    state = served.state
    return (state.succeeded_at or at) > at or (served.answers and (state.looked_at or at) > at)


def _any_address(binding: Binding) -> bool:
    host = address_of(binding).rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _is_in(held: Held, store: str) -> bool:
    return held.kept is not None and held.kept.store.lower() == store.lower()
