"""Find machines whose logical Root store lacks a private CA that the certificates of their site hang on.

It must not ask for public CAs: Windows fetches those by itself when it meets them.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint.sides import Side
from monitor.assess.expiry import end_and_date
from monitor.model import Certificate, Check, Finding, Severity, Snapshot, TargetState

_TRUST = "trust"


def cas_not_installed(snapshot: Snapshot, found: list[Side], now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each machine and each private CA that it should trust and does not.

    Private is a self-signed anchor from a file under ``trust``. A machine should trust the CAs of its own
    ports, of the endpoints with the same ``site`` label, and of those that the same discovery found.
    """
    seeing = [side for side in found if side.machine and side.machine.roots is not None]
    if not seeing:
        return
    wanted = _Wanted(snapshot, now)
    for side in seeing:
        roots = frozenset(side.machine.roots or ()) if side.machine else frozenset()
        for ca, example in wanted.of(side).items():
            if ca not in roots:
                yield from _finding(side, wanted.cas[ca], example, now)


class _Wanted:
    """Know which private CAs the endpoints of a site or a discovery hang on, with one example each."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.cas = _private(snapshot, now)
        self._sites: dict[str, dict[str, str]] = defaultdict(dict)
        self._origins: dict[str, dict[str, str]] = defaultdict(dict)
        if self.cas:
            for state in snapshot.states.values():
                if state.target.kind == "endpoint":
                    self._take(state)

    def of(self, side: Side) -> dict[str, str]:
        target = side.state.target
        own = {ca: place for s in side.served for ca, place in self._anchors(s.state)}
        return self._sites.get(target.label("site"), {}) | self._origins.get(target.origin, {}) | own

    def _take(self, state: TargetState) -> None:
        target = state.target
        for ca, place in self._anchors(state):
            if site := target.label("site"):
                self._sites[site].setdefault(ca, place)
            if target.origin:
                self._origins[target.origin].setdefault(ca, place)

    def _anchors(self, state: TargetState) -> Iterator[tuple[str, str]]:
        for path in state.assessment.paths:
            if path.trusted and len(path.certificates) > 1:
                last = path.certificates[-1].sha256
                if last in self.cas:
                    yield last, path.place


def _private(snapshot: Snapshot, now: datetime) -> dict[str, Certificate]:
    """Return the roots in the files and folders that are named under ``trust``; each of them is watched."""
    named = {path for trust in {state.target.policy.trust for state in snapshot} for path in trust}
    return {
        sighting.certificate.sha256: sighting.certificate
        for state in snapshot.states.values()
        if state.target.kind == "files" and (state.target.origin == _TRUST or state.target.where in named)
        for sighting in state.sightings
        if sighting.certificate.self_issued and sighting.certificate.not_after > now
    }


def _finding(side: Side, ca: Certificate, example: str, now: datetime) -> Iterator[tuple[str, Finding]]:
    target = side.state.target
    severity = target.policy.severity(Check.CA_NOT_INSTALLED, Severity.WARNING)
    if severity is not None:
        below = ca.sha256 in ((side.machine.intermediates if side.machine else None) or ())
        aside = " (it lies among the intermediate ones, where it is not trusted)" if below else ""
        sentence = (
            f'{side.host} does not trust the CA "{ca.title}" ({ca.sha1}, which {end_and_date(ca, now)}): '
            f"it is not among its Trusted Root Certification Authorities{aside}, but "
            f"{example} hangs on it"
        )
        matter = f"{Check.CA_NOT_INSTALLED} {side.host} {ca.sha1}"
        yield target.id, Finding(Check.CA_NOT_INSTALLED, severity, sentence, ca.sha256, matter=matter)
