"""Each question about what a target shows is judged on its own."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st
from pki import ANY_USAGE, CLIENT_AUTH, NOW, SERVER_AUTH, Issued, Key, authority, days, issue, leaf, raw

from monitor.assess import Anchor, Anchors, Held, PathFinder, heads, judge
from monitor.model import (
    Assessment,
    Certificate,
    Check,
    Finding,
    Margin,
    Path,
    Policy,
    Severity,
    Sighting,
    Superseded,
    Target,
)
from monitor.parse import UnreadableCertificateError, certificate

PLACE = "nvr.example:443"
ENDPOINT = Target("endpoint:nvr.example:443", "endpoint", PLACE, None, server_name="nvr.example")
FILES = Target("files:web", "files", "/etc/ssl/*.pem", None)
COLLECTION = replace(FILES, collection=True)
ROOT = authority("Root")
INTERMEDIATE = authority("Intermediate", ROOT)
LEAF = leaf("nvr.example", INTERMEDIATE)
WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


def held(one: Issued | bytes) -> Held:
    """Return a certificate with its DER."""
    der = one if isinstance(one, bytes) else one.der
    return certificate(der), der


def trusting(*trusted: Issued) -> Anchors:
    """Return a set of anchors."""
    return Anchors.of(Anchor(*held(one), "test") for one in trusted)


def served(
    *chain: Issued | bytes,
    trusted: tuple[Issued, ...] = (ROOT,),
    target: Target = ENDPOINT,
    now: datetime = NOW,
) -> Assessment:
    """Judge an endpoint that serves a chain."""
    shown = [held(one) for one in chain]
    sightings = tuple(Sighting(PLACE, position, one) for position, (one, _) in enumerate(shown))
    return judge(target, sightings, (PathFinder().find(PLACE, shown, trusting(*trusted), now),), now)


def kept(
    *files: tuple[Issued, ...],
    trusted: tuple[Issued, ...] = (),
    target: Target = FILES,
    now: datetime = NOW,
) -> Assessment:
    """Judge files, named by their index, that hold certificates."""
    sightings: list[Sighting] = []
    paths: list[Path] = []
    for index, members in enumerate(files):
        shown = [held(one) for one in members]
        sightings += [Sighting(f"{index}.pem", position, one) for position, (one, _) in enumerate(shown)]
        finder = PathFinder()
        paths += [finder.find(f"{index}.pem", one, trusting(*trusted), now) for one in heads(shown)]
    return judge(target, tuple(sightings), tuple(paths), now)


def verdicts(assessment: Assessment) -> list[tuple[Check, Severity]]:
    """Return the findings without their words."""
    return [(finding.check, finding.severity) for finding in assessment.findings]


def sentences(assessment: Assessment) -> list[str]:
    """Return the findings' words."""
    return [finding.sentence for finding in assessment.findings]


def with_policy(target: Target, policy: Policy) -> Target:
    """Return a target with another policy."""
    return replace(target, policy=policy)


class TestEndpoint:
    """One path from what is served at position 0."""

    def test_a_healthy_one_has_no_findings(self) -> None:
        """Nothing is wrong, and the dates are there."""
        found = served(LEAF, INTERMEDIATE)
        assert (
            found.findings,
            found.not_after,
            found.warning_due_at,
            found.critical_due_at,
            found.next_change_at,
        ) == ((), days(300), days(270), days(293), days(270))

    @pytest.mark.parametrize(
        ("now", "severity"),
        [
            (days(269.9), None),
            (days(270), WARNING),
            (days(292.9), WARNING),
            (days(293), CRITICAL),
            (days(300), CRITICAL),
            (days(999), CRITICAL),
        ],
    )
    def test_expiry_follows_the_thresholds(self, now: datetime, severity: Severity | None) -> None:
        """Warning, critical, ended."""
        found = [one for one in served(LEAF, INTERMEDIATE, now=now).findings if one.check is Check.EXPIRY]
        assert [one.severity for one in found] == ([severity] if severity else [])

    def test_expiry_is_said_with_its_date(self) -> None:
        """A finding names the certificate, its place and its end."""
        found = served(LEAF, INTERMEDIATE, now=days(290))
        assert found.findings == (
            Finding(
                Check.EXPIRY,
                WARNING,
                'the certificate "nvr.example" ends in 10 days (2027-09-19 12:00 UTC)',
                LEAF.sha256,
                PLACE,
            ),
        )

    def test_an_anchor_that_was_not_served_is_judged_as_a_ca(self) -> None:
        """Its end breaks the target like any other."""
        root = authority("Old Root", end=days(39))
        own = leaf("nvr.example", root, end=days(38.5), start=days(-500))
        found = served(own, trusted=(root,))
        assert (verdicts(found), sentences(found)[0]) == (
            [(Check.CA_EXPIRY, CRITICAL)],
            'its anchor "Old Root" (not served) ends in 39 days (2027-01-01 12:00 UTC)',
        )

    def test_a_served_ca_is_called_so(self) -> None:
        """An intermediate that ends is named as a CA of the certificate."""
        middle = authority("Middle", ROOT, end=days(100))
        found = served(leaf("nvr.example", middle, end=days(90)), middle)
        assert sentences(found) == ['its CA "Middle" ends in 100 days (2027-03-03 12:00 UTC)']

    def test_an_ended_anchor_is_no_matter_of_trust(self) -> None:
        """Only time is wrong, and only time is said."""
        root = authority("Old Root", end=days(-1))
        own = leaf("nvr.example", root, end=days(-2))
        assert verdicts(served(own, trusted=(root,))) == [
            (Check.EXPIRY, CRITICAL),
            (Check.CA_EXPIRY, CRITICAL),
        ]

    def test_not_yet_valid(self) -> None:
        """A certificate from the future is critical."""
        own = leaf("nvr.example", INTERMEDIATE, start=days(1))
        found = served(own, INTERMEDIATE)
        assert (verdicts(found), sentences(found), found.next_change_at) == (
            [(Check.NOT_YET_VALID, CRITICAL)],
            ['the certificate "nvr.example" is not valid before 2026-11-24 12:00 UTC'],
            days(1),
        )

    def test_another_name(self) -> None:
        """The expected name is not there."""
        own = leaf("other.example", INTERMEDIATE)
        assert verdicts(served(own, INTERMEDIATE)) == [(Check.NAME, CRITICAL)]

    def test_a_name_only_in_the_subject(self) -> None:
        """The milder kind is a warning."""
        own = leaf("nvr.example", INTERMEDIATE, names=[])
        assert verdicts(served(own, INTERMEDIATE)) == [(Check.NAME_IN_SUBJECT_ONLY, WARNING)]

    def test_no_expected_name_no_finding(self) -> None:
        """A target without server name is not judged by name."""
        own = leaf("other.example", INTERMEDIATE)
        assert verdicts(served(own, INTERMEDIATE, target=replace(ENDPOINT, server_name=""))) == []

    def test_untrusted(self) -> None:
        """The path's problem is the sentence."""
        found = served(LEAF)
        reason = 'the issuer "Intermediate" of "nvr.example" is neither served nor among the anchors'
        assert (verdicts(found), sentences(found)) == (
            [(Check.TRUST, CRITICAL)],
            [f"the certificate is not trusted: incomplete chain: {reason}"],
        )

    @pytest.mark.parametrize(
        "written",
        [
            LEAF.sha256,
            LEAF.sha256.upper(),
            ":".join(LEAF.sha256[n : n + 2] for n in range(0, 64, 2)).upper(),
        ],
    )
    def test_an_accepted_fingerprint_needs_no_trust(self, written: str) -> None:
        """Fingerprints are accepted however people copy them."""
        target = with_policy(ENDPOINT, Policy(accept=frozenset({written})))
        assert verdicts(served(LEAF, target=target)) == []

    def test_an_accepted_fingerprint_still_expires(self) -> None:
        """Accepting is about trust only."""
        target = with_policy(ENDPOINT, Policy(accept=frozenset({LEAF.sha256})))
        assert verdicts(served(LEAF, target=target, now=days(301))) == [(Check.EXPIRY, CRITICAL)]

    def test_a_leaf_that_outlives_its_ca(self) -> None:
        """Renewing the leaf alone would not help."""
        when = "ends in 250 days (2027-07-31 12:00 UTC)"
        useless = f"which {when}: renewing the certificate alone does not help"
        root = authority("Short Root", end=days(250))
        own = leaf("nvr.example", root)
        found = served(own, trusted=(root,))
        assert (verdicts(found), found.not_after, sentences(found)) == (
            [(Check.OUTLIVES_CA, WARNING)],
            days(250),
            [f'the certificate "nvr.example" outlives its anchor "Short Root" (not served), {useless}'],
        )

    @pytest.mark.parametrize(
        ("key", "findings"),
        [
            (rsa.generate_private_key(65537, 1024), ["RSA with 1024 bits (at least 2048 are needed)"]),
            (rsa.generate_private_key(65537, 2048), []),
            (ec.generate_private_key(ec.SECP224R1()), ["EC with 224 bits (at least 256 are needed)"]),
            (ec.generate_private_key(ec.SECP256R1()), []),
        ],
    )
    def test_weak_keys(self, key: Key, findings: list[str]) -> None:
        """Short keys are a warning."""
        found = served(leaf("nvr.example", INTERMEDIATE, key=key), INTERMEDIATE)
        assert sentences(found) == [
            f'the certificate "nvr.example" has a weak key: {one}' for one in findings
        ]

    def test_a_weak_signature(self) -> None:
        """SHA-1 below the root is a warning."""
        shown = served(LEAF, INTERMEDIATE)
        path = shown.paths[0]
        weak = replace(path.leaf, signature_hash="sha1")
        found = judge(ENDPOINT, (), (replace(path, certificates=(weak, *path.certificates[1:])),), NOW)
        assert sentences(found) == ['the certificate "nvr.example" is signed with SHA1, which can be forged']

    def test_the_signature_of_a_root_does_not_matter(self) -> None:
        """Nobody relies on what a root says about itself."""
        path = served(LEAF, INTERMEDIATE).paths[0]
        root = replace(path.certificates[-1], signature_hash="md5")
        found = judge(ENDPOINT, (), (replace(path, certificates=(*path.certificates[:-1], root)),), NOW)
        assert verdicts(found) == []

    @pytest.mark.parametrize(
        ("usages", "findings"),
        [
            ([SERVER_AUTH, CLIENT_AUTH], []),
            ([ANY_USAGE], []),
            ([], []),
            ([CLIENT_AUTH], [(Check.USAGE, WARNING)]),
        ],
    )
    def test_usage(self, usages: list[object], findings: list[tuple[Check, Severity]]) -> None:
        """Without serverAuth it is not meant for servers, except when any usage is allowed."""
        own = leaf("nvr.example", INTERMEDIATE, usages=usages)  # type: ignore[arg-type]
        assert verdicts(served(own, INTERMEDIATE)) == findings

    def test_the_worst_comes_first(self) -> None:
        """Critical before warning, else in the order of the path."""
        own = leaf("other.example", INTERMEDIATE, usages=[CLIENT_AUTH], end=days(10))
        assert verdicts(served(own)) == [
            (Check.TRUST, CRITICAL),
            (Check.NAME, CRITICAL),
            (Check.EXPIRY, WARNING),
            (Check.USAGE, WARNING),
        ]

    def test_old_script_shapes_are_fine(self) -> None:
        """A root without basicConstraints and a leaf with a critical usage and addresses as DNS entries."""
        root = issue("VMS Certificate Authority", end=days(3000))
        own = leaf("nvr.example", root, names=["nvr.example", "DNS:10.0.0.5"], usages_critical=True)
        assert verdicts(served(own, trusted=(root,))) == []

    @pytest.mark.parametrize("check", [Check.EXPIRY, Check.TRUST, Check.NAME, Check.USAGE])
    @pytest.mark.parametrize("severity", [WARNING, CRITICAL, None])
    def test_the_policy_overrides_a_severity(self, check: Check, severity: Severity | None) -> None:
        """Each check has the severity that the policy gives it, or is off."""
        own = leaf("other.example", INTERMEDIATE, usages=[CLIENT_AUTH], end=days(1))
        found = served(own, target=with_policy(ENDPOINT, Policy(checks=((check, severity),))))
        assert dict(verdicts(found)).get(check) == severity

    def test_expiry_that_is_off_is_never_due(self) -> None:
        """The end itself is still known."""
        policy = Policy(checks=((Check.EXPIRY, None), (Check.CA_EXPIRY, None)))
        found = served(LEAF, INTERMEDIATE, target=with_policy(ENDPOINT, policy))
        assert (found.warning_due_at, found.critical_due_at, found.not_after) == (None, None, days(300))

    def test_nothing_seen_nothing_judged(self) -> None:
        """A target that showed nothing has an empty assessment."""
        assert judge(ENDPOINT, (), (), NOW) == Assessment()

    def test_the_next_change_includes_the_path(self) -> None:
        """When the path has to be found again, judging changes too."""
        path = replace(served(LEAF, INTERMEDIATE).paths[0], valid_until=days(2))
        assert judge(ENDPOINT, (), (path,), NOW).next_change_at == days(2)


class TestFiles:
    """Several paths, no name, no usage, no trust unless asked for."""

    def test_a_leaf_file_is_judged_by_its_dates(self) -> None:
        """Neither trust nor name nor usage is asked of a file."""
        own = leaf("any", ROOT, end=days(1), usages=[CLIENT_AUTH])
        assert verdicts(kept((own,))) == [(Check.EXPIRY, CRITICAL)]

    def test_trust_can_be_asked_for(self) -> None:
        """A policy that names trust gets it."""
        target = with_policy(FILES, Policy(checks=((Check.TRUST, WARNING),)))
        assert verdicts(kept((LEAF,), target=target)) == [(Check.TRUST, WARNING)]

    def test_an_anchor_file_has_the_thresholds_of_a_ca(self) -> None:
        """A root in a file is due half a year before its end."""
        root = authority("VMS Root", end=days(100))
        found = kept((root,))
        assert (verdicts(found), sentences(found)) == (
            [(Check.CA_EXPIRY, WARNING)],
            ['the CA certificate "VMS Root" ends in 100 days (2027-03-03 12:00 UTC)'],
        )

    def test_the_chain_in_a_file_is_judged(self) -> None:
        """The CA beside a leaf in one file is on its path."""
        middle = authority("Middle", ROOT, end=days(100))
        found = kept((leaf("nvr", middle, end=days(90)), middle))
        assert sentences(found) == ['its CA "Middle" ends in 100 days (2027-03-03 12:00 UTC)']

    def test_one_finding_for_one_certificate_at_one_place(self) -> None:
        """Two leaves of one file share their CA's finding."""
        middle = authority("Middle", ROOT, end=days(100))
        leaves = [leaf(name, middle, end=days(90)) for name in ("a", "b")]
        assert verdicts(kept((*leaves, middle))) == [(Check.CA_EXPIRY, WARNING)]

    def test_a_finding_for_each_place(self) -> None:
        """The same certificate in two files is said twice, with its places."""
        own = leaf("a", ROOT, end=days(1))
        assert [one.place for one in kept((own,), (own,)).findings] == ["0.pem", "1.pem"]

    def test_the_earliest_end_counts(self) -> None:
        """The dates of a target are the minima of its paths."""
        first, second = leaf("a", ROOT, end=days(100)), leaf("b", ROOT, end=days(200))
        found = kept((second,), (first,))
        assert (found.not_after, found.warning_due_at) == (days(100), days(70))


class TestSuperseded:
    """In a collection an old certificate may lie beside its successor."""

    OLD = leaf("nvr", ROOT, start=days(-300), end=days(1))
    NEW = leaf("nvr", ROOT, start=days(-10), end=days(300))

    def test_the_old_one_no_longer_alarms(self) -> None:
        """Its findings are gone, its dates do not count, and who replaced it is known."""
        found = kept((self.OLD,), (self.NEW,), target=COLLECTION)
        assert (found.findings, found.not_after, found.superseded) == (
            (),
            days(300),
            (Superseded(self.OLD.sha256, self.NEW.sha256),),
        )

    def test_only_in_a_collection(self) -> None:
        """A named file stays what people use."""
        assert verdicts(kept((self.OLD,), (self.NEW,))) == [(Check.EXPIRY, CRITICAL)]

    def test_not_before_the_new_one_is_valid(self) -> None:
        """A successor from the future helps nobody today; the change is announced."""
        new = leaf("nvr", ROOT, start=days(0.5), end=days(300))
        found = kept((self.OLD,), (new,), target=COLLECTION)
        assert ((Check.EXPIRY, CRITICAL) in verdicts(found), found.superseded, found.next_change_at) == (
            True,
            (),
            days(0.5),
        )

    @pytest.mark.parametrize(
        "other",
        [
            leaf("other", ROOT, end=days(300)),
            leaf("nvr", ROOT, usages=[CLIENT_AUTH], end=days(300)),
            authority("nvr", ROOT, end=days(3000)),
        ],
    )
    def test_another_purpose_is_no_successor(self, other: Issued) -> None:
        """Names, usages and being a CA must agree."""
        assert (Check.EXPIRY, CRITICAL) in verdicts(kept((self.OLD,), (other,), target=COLLECTION))

    def test_without_names_the_subject_counts(self) -> None:
        """A renewed root of the same subject supersedes the old one."""
        old, new = authority("CA", end=days(10)), authority("CA", end=days(3000))
        assert kept((old, new), target=COLLECTION).superseded == (Superseded(old.sha256, new.sha256),)

    def test_an_old_ca_that_is_still_needed_alarms(self) -> None:
        """On the path of a current certificate it is no leaf."""
        old, new = authority("CA", end=days(100)), authority("CA", end=days(3000))
        own = leaf("nvr", old, end=days(90))
        assert (Check.CA_EXPIRY, WARNING) in verdicts(kept((own, old), (new,), target=COLLECTION))

    def test_what_began_earlier_is_no_successor(self) -> None:
        """One that was made long ago for many years did not replace what came after it."""
        long_lived = leaf("nvr", ROOT, start=days(-1000), end=days(3000))
        assert (Check.EXPIRY, CRITICAL) in verdicts(kept((self.OLD,), (long_lived,), target=COLLECTION))

    def test_a_self_signed_one_is_no_successor_of_one_from_a_ca(self) -> None:
        """Windows and products sign certificates with the host's name for themselves, valid for years."""
        own = leaf("nvr", start=days(-10), end=days(3000))
        assert (Check.EXPIRY, CRITICAL) in verdicts(kept((self.OLD,), (own,), target=COLLECTION))

    def test_one_from_a_ca_succeeds_a_self_signed_one(self) -> None:
        """Whoever gives a server a proper certificate leaves the first one behind."""
        own = leaf("nvr", start=days(-300), end=days(1))
        assert kept((own,), (self.NEW,), target=COLLECTION).superseded == (
            Superseded(own.sha256, self.NEW.sha256),
        )

    def test_a_copy_is_no_successor(self) -> None:
        """The same certificate in two files stands for itself."""
        assert len(kept((self.OLD,), (self.OLD,), target=COLLECTION).findings) == 2


FAR = certificate(LEAF.der)
SPANS = st.timedeltas(timedelta(days=-4000), timedelta(days=4000))
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=36500))
SHARES = st.floats(0.01, 1)
MARGINS = st.lists(st.builds(Margin, LENGTHS) | st.builds(Margin, st.none(), SHARES), max_size=3).map(tuple)
POLICIES = st.builds(Policy, warn_before=MARGINS, critical_before=MARGINS)


def expiry_rank(one: Certificate, policy: Policy, now: datetime) -> int:
    """Return how bad the expiry of one certificate is."""
    found = judge(with_policy(FILES, policy), (), (Path("p", (one,), trusted=True),), now)
    return max(
        (finding.severity.rank for finding in found.findings if finding.check is Check.EXPIRY), default=0
    )


@given(POLICIES, SPANS, SPANS, SPANS, SPANS)
def test_expiry_never_gets_better_as_time_passes(
    policy: Policy,
    start: timedelta,
    end: timedelta,
    first: timedelta,
    second: timedelta,
) -> None:
    """For one certificate and policy a later judgment is at least as bad."""
    one = replace(FAR, not_before=NOW + start, not_after=NOW + end)
    early, late = sorted((NOW + first, NOW + second))
    assert expiry_rank(one, policy, early) <= expiry_rank(one, policy, late)


@given(POLICIES, SPANS)
def test_what_has_ended_is_critical(policy: Policy, end: timedelta) -> None:
    """No policy of thresholds makes an ended certificate less than critical."""
    one = replace(FAR, not_before=NOW + end - timedelta(days=10), not_after=NOW + end)
    assert expiry_rank(one, policy, NOW + end) == CRITICAL.rank


@given(SPANS, SPANS, SPANS)
def test_nothing_changes_before_the_next_change(start: timedelta, end: timedelta, when: timedelta) -> None:
    """Until the announced instant every judgment has the same severities."""
    one = replace(FAR, not_before=NOW + start, not_after=NOW + end)
    paths = (Path("p", (one,), trusted=True),)
    now = NOW + when
    found = judge(FILES, (), paths, now)
    change = found.next_change_at or now + timedelta(days=10_000)
    assert verdicts(judge(FILES, (), paths, change - timedelta(microseconds=1))) == verdicts(found)


SHAPES = [LEAF.der, ROOT.der, INTERMEDIATE.der, raw(version=b"")]


@given(st.data())
def test_any_certificate_is_judged(data: st.DataObject) -> None:
    """Whatever can be parsed finds a path and a judgment at any time."""
    der = bytearray(data.draw(st.sampled_from(SHAPES)))
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    try:
        shown = [held(bytes(der)), held(INTERMEDIATE)]
    except UnreadableCertificateError:
        return
    now = NOW + data.draw(SPANS)
    paths = tuple(PathFinder().find(PLACE, one, trusting(ROOT), now) for one in (shown, *heads(shown)))
    for target in (ENDPOINT, COLLECTION):
        assert judge(target, (), paths, now).paths == paths
