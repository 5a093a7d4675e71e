"""Find ports whose certificate must come from their machine's store and is not there.

It must not speak of ports that may take theirs from a file, nor where the machine is only perhaps the one.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint.sides import MY, Served, Side
from monitor.assess.expiry import end_and_date
from monitor.model import Check, Finding, Severity

_GROUPS = frozenset({"server", "streaming_media", "event_server", "mobile"})


def not_in_store(found: list[Side], now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each place that serves what is in none of the stores that were looked at.

    That is so for ports that http.sys has bound and for those that XProtect's presets describe, where
    LocalMachine/My was read to its end after the certificate began. What a product made for itself is
    judged with the port.
    """
    done: set[tuple[str, str]] = set()
    for side in found:
        if side.machine is None or not side.whole(MY):
            continue
        known = frozenset().union(*side.thumbprints.values())
        for served in side.served:
            key = served.state.target.id, served.place
            if key not in done and _must_be_there(side, served) and served.certificate.sha1 not in known:
                done.add(key)
                yield from _finding(side, served, now)


def _must_be_there(side: Side, served: Served) -> bool:
    leaf, machine, state = served.certificate, side.machine, served.state
    if machine is None or not (served.certain and served.answers) or leaf.self_issued:
        return False
    # What began after the store was read may well have been put there since.
    taken_at = machine.taken_at or side.state.looked_at
    if taken_at is None or leaf.not_before > taken_at:
        return False
    return state.target.label("certificate_group") in _GROUPS or bool(side.bindings_on(served.port))


def _finding(side: Side, served: Served, now: datetime) -> Iterator[tuple[str, Finding]]:
    target, leaf = served.state.target, served.certificate
    severity = target.policy.severity(Check.NOT_IN_STORE, Severity.WARNING)
    if severity is not None:
        read = ", ".join(side.machine.stores if side.machine else ())
        sentence = (
            f"{served.place} serves {leaf.sha1}, which {end_and_date(leaf, now)} and is in none of the "
            f"stores of {side.host} that were read ({read}): somebody else may answer there"
        )
        matter = f"{Check.NOT_IN_STORE} {side.host} {leaf.sha256}"
        yield target.id, Finding(Check.NOT_IN_STORE, severity, sentence, leaf.sha256, served.place, matter)
