"""Judge what a machine's stores lack: certificates that its ports serve, and CAs that it should trust.

It must not judge ports that may take their certificate from a file, nor public CAs, which Windows downloads
when it meets them.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint import texts
from monitor.assess.correlate.store_vs_endpoint.machine_view import MY, MachineView, ServedLeaf
from monitor.model import AlertKey, Certificate, Check, Finding, Scope, Severity, Snapshot, TargetState

_FROM_STORE = frozenset({"server", "streaming_media", "event_server", "mobile"})
"""The certificate groups whose services take their certificates from stores only."""

_TRUST = "trust"


def missing_leaves(views: list[MachineView]) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each location whose certificate is in none of the stores that were read.

    Judged are ports that http.sys has bound and those that XProtect's presets describe, where
    LocalMachine/My was read to its end after the certificate became valid. What a product issued for itself
    is judged with the port.
    """
    done: set[tuple[str, str]] = set()
    for view in views:
        if view.machine is None or not view.read_completely(MY):
            continue
        known = frozenset().union(*view.thumbprints.values())
        for served in view.served:
            key = served.state.target.id, served.location
            if key not in done and _must_be_in_store(view, served) and served.certificate.sha1 not in known:
                done.add(key)
                yield from _missing_leaf(view, served)


def missing_cas(snapshot: Snapshot, views: list[MachineView], now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each machine and each private CA that it should trust and does not.

    Private is a self-signed anchor from a file under ``trust``. A machine should trust the CAs of its own
    ports, of the endpoints with the same ``site`` label, and of those that the same discovery found.
    """
    with_roots = [view for view in views if view.machine and view.machine.roots is not None]
    if not with_roots:
        return
    required = _RequiredCas(snapshot, now)
    for view in with_roots:
        roots = frozenset(view.machine.roots or ()) if view.machine else frozenset()
        for ca, example in required.by(view).items():
            if ca not in roots:
                yield from _missing_ca(view, required.cas[ca], example)


def _must_be_in_store(view: MachineView, served: ServedLeaf) -> bool:
    leaf, machine, state = served.certificate, view.machine, served.state
    if machine is None or not (served.certain and served.current) or leaf.self_issued:
        return False
    # What became valid after the store was read may have been installed since.
    taken_at = machine.taken_at or view.state.probed_at
    if taken_at is None or leaf.not_before > taken_at:
        return False
    return state.target.label("certificate_group") in _FROM_STORE or bool(view.bindings_on(served.port))


def _missing_leaf(view: MachineView, served: ServedLeaf) -> Iterator[tuple[str, Finding]]:
    target, leaf = served.state.target, served.certificate
    severity = target.policy.severity(Check.NOT_IN_STORE, Severity.WARNING)
    if severity is not None:
        said = texts.not_in_store(
            location=served.location,
            sha1=leaf.sha1,
            not_after=leaf.not_after,
            host=view.host,
            stores=tuple(view.machine.stores if view.machine else ()),
        )
        shared = AlertKey(Check.NOT_IN_STORE, Scope.MACHINE, view.qualified_host, leaf.sha256)
        yield (
            target.id,
            Finding(Check.NOT_IN_STORE, severity, said, leaf.sha256, served.location, shared),
        )


class _RequiredCas:
    """The private CAs that the endpoints of each site and each discovery depend on, with an example each."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.cas = _private_cas(snapshot, now)
        self._by_site: dict[str, dict[str, str]] = defaultdict(dict)
        self._by_origin: dict[str, dict[str, str]] = defaultdict(dict)
        if self.cas:
            for state in snapshot.states.values():
                if state.target.kind == "endpoint":
                    self._add(state)

    def by(self, view: MachineView) -> dict[str, str]:
        target = view.state.target
        own = {ca: location for served in view.served for ca, location in self._anchors(served.state)}
        return self._by_site.get(target.label("site"), {}) | self._by_origin.get(target.origin, {}) | own

    def _add(self, state: TargetState) -> None:
        target = state.target
        for ca, location in self._anchors(state):
            if site := target.label("site"):
                self._by_site[site].setdefault(ca, location)
            if target.origin:
                self._by_origin[target.origin].setdefault(ca, location)

    def _anchors(self, state: TargetState) -> Iterator[tuple[str, str]]:
        for path in state.assessment.paths:
            if path.trusted and len(path.certificates) > 1:
                last = path.certificates[-1].sha256
                if last in self.cas:
                    yield last, path.location


def _private_cas(snapshot: Snapshot, now: datetime) -> dict[str, Certificate]:
    """Return the roots in the files and folders that ``trust`` names; each of them is watched."""
    named = {path for trust in {state.target.policy.trust for state in snapshot} for path in trust}
    return {
        sighting.certificate.sha256: sighting.certificate
        for state in snapshot.states.values()
        if state.target.kind == "files" and (state.target.origin == _TRUST or state.target.location in named)
        for sighting in state.sightings
        if sighting.certificate.self_issued and sighting.certificate.not_after > now
    }


def _missing_ca(view: MachineView, ca: Certificate, example: str) -> Iterator[tuple[str, Finding]]:
    target = view.state.target
    severity = target.policy.severity(Check.CA_NOT_INSTALLED, Severity.WARNING)
    if severity is not None:
        intermediate = ca.sha256 in ((view.machine.intermediates if view.machine else None) or ())
        kind = texts.ca_among_intermediates if intermediate else texts.ca_not_installed
        said = kind(host=view.host, title=ca.title, sha1=ca.sha1, not_after=ca.not_after, location=example)
        shared = AlertKey(Check.CA_NOT_INSTALLED, Scope.MACHINE, view.qualified_host, ca.sha1)
        yield target.id, Finding(Check.CA_NOT_INSTALLED, severity, said, ca.sha256, shared_alert=shared)
