"""What the certificates of one machine's stores show, and how they are judged."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha1

from monitor.assess import CertificateWithDer, PathFinder
from monitor.assess.correlate.store_vs_endpoint.joining import machine_views
from monitor.model import (
    AlertKey,
    Anchors,
    Check,
    FailureReason,
    KeyLink,
    Machine,
    Observation,
    PrivateKey,
    ProbeResult,
    Scope,
    Severity,
    Snapshot,
    StoreEntry,
    Superseded,
    Target,
    TargetState,
)
from monitor.parse import parse_certificate
from monitor.pipeline.judge import Judge
from monitor.windows.certificate import StoredCertificate
from monitor.windows.contents import StoreContents, fingerprints, store_contents
from monitor.windows.issuers import MOST, Issuers
from support.factories.alerts.world import AFTER_INVENTORY, decide
from support.pki import NOW, Issued, authority, days, leaf

ROOT = authority("VMS Certificate Authority")
MIDDLE = authority("VMS Issuing CA", ROOT)
OWN = leaf("rec01.vms.example", MIDDLE)
KEY = PrivateKey(KeyLink.PRESENT, "Microsoft Software Key Storage Provider", "te-rec01")
STORE = "LocalMachine/My"
TARGET = Target("windows_store:My", "windows_store", "rec01/LocalMachine/My", None, collection=True)


def stored(*issued: Issued) -> list[StoredCertificate]:
    """Return certificates as a store holds them."""
    return [StoredCertificate(one.der) for one in issued]


def mine(*issued: Issued, others: tuple[Issued, ...] = ()) -> StoreContents:
    """Return what LocalMachine's My with these certificates shows; ``others`` lie in Root and CA."""
    return store_contents("rec01", {STORE: stored(*issued)}, stored(*others))


def location(issued: Issued, store: str = STORE) -> str:
    """Return where a certificate of rec01 is said to be."""
    return f"rec01/{store}/{parse_certificate(issued.der).sha1}"


def spots(found: StoreContents) -> list[tuple[str, int, str]]:
    """Return place, position and fingerprint of every sighting."""
    return [(one.location, one.position, one.certificate.sha256) for one in found.sightings]


def held(*issued: Issued) -> list[CertificateWithDer]:
    """Return certificates with their bytes."""
    return [(parse_certificate(one.der), one.der) for one in issued]


def judged(found: StoreContents) -> TargetState:
    """Return the target's state after a probe that showed this."""
    seen = ProbeResult(tuple(found.sightings), tuple(found.failures), found.ders)
    observation = Observation(TARGET.id, NOW, timedelta(seconds=1), seen)
    return Judge(PathFinder()).observed(TargetState(TARGET), observation, Anchors(), NOW)


def findings(found: StoreContents) -> list[tuple[Check, str, str]]:
    """Return check, fingerprint and location of every finding, in the order of locations."""
    said = judged(found).assessment.findings
    return sorted((one.check, one.sha256, one.location) for one in said)


def test_each_certificate_has_its_own_location() -> None:
    """Host, store and thumbprint make the location."""
    other = leaf("other.vms.example")
    assert spots(mine(OWN, other)) == [(location(OWN), 0, OWN.sha256), (location(other), 0, other.sha256)]


def test_issuers_come_after_the_certificate() -> None:
    """What the machine itself has above a stored certificate is seen at the certificate's place."""
    found = mine(OWN, others=(ROOT, MIDDLE, authority("Stranger")))
    assert spots(found) == [
        (location(OWN), 0, OWN.sha256),
        (location(OWN), 1, MIDDLE.sha256),
        (location(OWN), 2, ROOT.sha256),
    ]


def test_an_issuer_in_the_same_store_counts() -> None:
    """A CA that is in My beside its leaf has a location of its own and comes after the leaf too."""
    own = leaf("a", ROOT)
    assert spots(mine(own, ROOT)) == [
        (location(own), 0, own.sha256),
        (location(own), 1, ROOT.sha256),
        (location(ROOT), 0, ROOT.sha256),
    ]


def test_the_bytes_of_everything_seen_are_there() -> None:
    """Every sighting can be judged again later."""
    found = mine(OWN, others=(ROOT, MIDDLE, authority("Stranger")))
    assert found.ders == {one.sha256: one.der for one in (OWN, MIDDLE, ROOT)}


def test_what_the_store_says_is_kept() -> None:
    """Friendly name and key link come from the store, the rest from the bytes."""
    found = store_contents("rec01", {STORE: [StoredCertificate(OWN.der, "Recording Server", key=KEY)]}, [])
    thumbprint = parse_certificate(OWN.der).sha1
    assert found.entries == [
        StoreEntry(location(OWN), STORE, thumbprint, OWN.sha256, "Recording Server", archived=False, key=KEY)
    ]


def test_an_archived_certificate_is_only_kept() -> None:
    """Windows hides it from its services, so it is no sighting."""
    found = store_contents("rec01", {STORE: [StoredCertificate(OWN.der, archived=True)]}, [])
    assert (found.sightings, found.ders, [one.archived for one in found.entries]) == ([], {}, [True])


def test_an_archived_ca_is_no_issuer() -> None:
    """Wherever it lies."""
    own = leaf("own", ROOT)
    archived = StoredCertificate(ROOT.der, archived=True)
    found = store_contents("rec01", {STORE: [*stored(own), archived]}, [archived])
    assert spots(found) == [(location(own), 0, own.sha256)]


def test_damage_costs_one_certificate() -> None:
    """Bytes that are no certificate are a failure at their own location."""
    found = store_contents(
        "rec01",
        {STORE: [StoredCertificate(b"junk"), StoredCertificate(OWN.der)]},
        [StoredCertificate(b"more junk")],
    )
    where = f"rec01/LocalMachine/My/{sha1(b'junk').hexdigest().upper()}"
    assert [(one.reason, one.location) for one in found.failures] == [(FailureReason.BAD_CERTIFICATE, where)]
    assert spots(found) == [(location(OWN), 0, OWN.sha256)]


def test_the_same_certificate_in_two_stores() -> None:
    """It is seen at two locations."""
    found = store_contents("rec01", {STORE: stored(OWN), "LocalMachine/WebHosting": stored(OWN)}, [])
    assert [one.location for one in found.sightings] == [
        location(OWN),
        location(OWN, "LocalMachine/WebHosting"),
    ]


def test_fingerprints_leave_archived_ones_out() -> None:
    """Of the logical Root store only what Windows uses counts."""
    assert fingerprints([*stored(ROOT), StoredCertificate(MIDDLE.der, archived=True)]) == (ROOT.sha256,)


class TestJudged:
    """Every certificate is at its own location, and still the store is judged as one collection."""

    OLD = leaf("nvr", ROOT, start=days(-300), end=days(1))
    NEW = leaf("nvr", ROOT, start=days(-10), end=days(300))

    def test_an_old_certificate_beside_its_successor_is_quiet(self) -> None:
        """Auto-enrollment leaves the old one in the store for ever."""
        state = judged(mine(self.OLD, self.NEW, others=(ROOT,)))
        assert (state.assessment.findings, state.assessment.superseded) == (
            (),
            (Superseded(self.OLD.sha256, self.NEW.sha256),),
        )

    def test_a_renewed_one_in_another_store_counts(self) -> None:
        """Stores of one target are one collection."""
        found = store_contents(
            "rec01", {STORE: stored(self.OLD), "LocalMachine/WebHosting": stored(self.NEW)}, []
        )
        assert judged(found).assessment.findings == ()

    def test_an_archived_successor_replaces_nothing(self) -> None:
        """Nobody uses what is archived."""
        both = [*stored(self.OLD), StoredCertificate(self.NEW.der, archived=True)]
        found = store_contents("rec01", {STORE: both}, [])
        assert findings(found) == [(Check.EXPIRY, self.OLD.sha256, location(self.OLD))]

    def test_the_end_of_a_ca_in_the_machines_other_stores_is_seen(self) -> None:
        """A leaf dies with its CA, which lies in Root or CA and not in My."""
        ending = authority("Ending CA", end=days(30))
        own = leaf("nvr", ending, end=days(300))
        said = {
            (one.check, one.severity, one.sha256)
            for one in judged(mine(own, others=(ending,))).assessment.findings
        }
        assert said == {
            (Check.CA_EXPIRY, Severity.CRITICAL, ending.sha256),
            (Check.OUTLIVES_CA, Severity.WARNING, own.sha256),
        }

    def test_a_ca_above_many_is_one_alert(self) -> None:
        """Its end carries its own fingerprint at each location, by which mails tell it once."""
        ending = authority("Ending CA", end=days(30))
        leaves = [leaf(name, ending, end=days(20 + 30)) for name in ("a", "b", "c")]
        said = [
            one for one in judged(mine(*leaves, ending)).assessment.findings if one.check is Check.CA_EXPIRY
        ]
        assert ({one.sha256 for one in said}, len(said)) == ({ending.sha256}, 4)

    def test_a_ca_above_many_is_reported_once(self) -> None:
        """One entry in one mail, with every location that depends on it."""
        ending = authority("Ending CA", end=days(30))
        leaves = [leaf(name, ending, end=days(20)) for name in ("a", "b", "c")]
        state = judged(mine(*leaves, others=(ending,)))
        decision = decide(Snapshot({TARGET.id: state}), {}, NOW, monitor_state=AFTER_INVENTORY)
        keys = [change.key for change in decision.changes if change.key.check is Check.CA_EXPIRY]
        assert keys == [AlertKey(Check.CA_EXPIRY, Scope.CERTIFICATE, ending.sha256)]

    def test_issuers_behind_it_are_not_taken_for_stored(self) -> None:
        """Findings that join stores and ports know only what lies in a store."""
        found = mine(OWN, others=(ROOT, MIDDLE))
        state = replace(judged(found), machine=Machine("rec01", entries=tuple(found.entries)))
        held = [
            one.certificate.sha256
            for view in machine_views(Snapshot({TARGET.id: state}))
            for one in view.available
        ]
        assert held == [OWN.sha256]

    def test_no_trust_and_no_name_is_asked(self) -> None:
        """A stored certificate has no client, and a store may hold anybody's."""
        assert judged(mine(leaf("anything"))).assessment.findings == ()


class TestIssuers:
    """Who signed whom, among certificates that may share names."""

    def test_a_namesake_with_another_key_is_none(self) -> None:
        """Vendors' scripts name every CA alike; only the signature tells."""
        twin = authority("VMS Certificate Authority")
        found = Issuers(held(twin, ROOT, MIDDLE)).above(held(OWN)[0])
        assert [one[0].sha256 for one in found] == [MIDDLE.sha256, ROOT.sha256]

    def test_a_renewed_ca_of_the_same_key_does_not_replace_the_old_one(self) -> None:
        """Both signed the leaf; the path finder chooses."""
        renewed = authority("VMS Certificate Authority", key=ROOT.key, end=days(5000))
        found = Issuers(held(ROOT, renewed)).above(held(leaf("a", ROOT))[0])
        assert {one[0].sha256 for one in found} == {ROOT.sha256, renewed.sha256}

    def test_circles_end(self) -> None:
        """Two CAs that signed each other are followed once."""
        key = ROOT.key
        crossed = authority("VMS Certificate Authority", MIDDLE, key=key)
        found = Issuers(held(crossed, MIDDLE, ROOT)).above(held(OWN)[0])
        assert {one[0].sha256 for one in found} == {crossed.sha256, MIDDLE.sha256, ROOT.sha256}

    def test_a_crowd_is_bounded(self) -> None:
        """However often a CA was renewed, a location has so many certificates at most."""
        many = [
            authority("VMS Certificate Authority", key=ROOT.key, end=days(100 + n)) for n in range(MOST + 5)
        ]
        assert len(Issuers(held(*many)).above(held(leaf("a", ROOT))[0])) == MOST
