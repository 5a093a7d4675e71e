"""Each check of an endpoint is judged separately."""

from dataclasses import replace
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtensionOID

from monitor.assess import PathFinder, judge
from monitor.assess.texts import (
    dates_refused,
    dates_refused_by_openssl,
    expires,
    not_trusted,
    refused_as_served,
    the_certificate,
    unreadable_dates,
)
from monitor.model import Assessment, Check, DateForm, Finding, Message, Policy, Severity, Sighting, Target
from support.factories.assess.judging import (
    CRITICAL,
    ENDPOINT,
    FILES,
    INTERMEDIATE,
    LEAF,
    PLACE,
    ROOT,
    WARNING,
    held,
    sentences,
    trusting,
    verdicts,
    with_policy,
)
from support.pki import (
    CLIENT_AUTH,
    NOW,
    Issued,
    Key,
    authority,
    days,
    extension,
    issue,
    leaf,
    name,
    raw,
    rsa_key,
    tlv,
)

NVR = the_certificate(title="nvr.example")
UNREADABLE_DATES = not_trusted(problem=unreadable_dates(title="nvr.example"))


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
        """A finding names the certificate, its location and its end."""
        found = served(LEAF, INTERMEDIATE, now=days(290))
        assert found.findings == (
            Finding(
                Check.EXPIRY,
                WARNING,
                expires(who=the_certificate(title="nvr.example"), not_after=days(300)),
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
            'the trusted CA "Old Root" (not served) expires in 39 days (1 Jan 2027 12:00 UTC)',
        )

    def test_a_served_ca_is_called_so(self) -> None:
        """An intermediate that ends is named as a CA of the certificate."""
        middle = authority("Middle", ROOT, end=days(100))
        found = served(leaf("nvr.example", middle, end=days(90)), middle)
        assert sentences(found) == ['the CA "Middle" expires in 100 days (3 Mar 2027 12:00 UTC)']

    def test_an_expired_anchor_is_not_about_trust(self) -> None:
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
            ['the certificate "nvr.example" is not valid before 24 Nov 2026 12:00 UTC'],
            days(1),
        )

    @pytest.mark.parametrize(
        ("end", "severity", "message"),
        [
            (tlv(0x17, b"360101000000+0100"), WARNING, dates_refused_by_openssl(who=NVR)),
            (tlv(0x18, b"20360101000000.5Z"), CRITICAL, dates_refused(who=NVR)),
            (tlv(0x17, b"3601010000Z"), CRITICAL, UNREADABLE_DATES),
            (tlv(0x18, b"203601010000Z"), CRITICAL, UNREADABLE_DATES),
        ],
    )
    def test_dates_that_clients_cannot_read(self, end: bytes, severity: Severity, message: Message) -> None:
        """They are read here, but clients refuse them; without seconds OpenSSL 4 reads nothing at all."""
        names = tlv(0x30, tlv(0x82, b"nvr.example"))
        own = raw(
            subject=name("nvr.example").public_bytes(),
            issuer=INTERMEDIATE.certificate.subject.public_bytes(),
            signer=INTERMEDIATE.key,
            validity=tlv(0x17, b"260101000000Z") + end,
            extensions=[extension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, names)],
        )
        policy = Policy(checks=((Check.OUTLIVES_CA, None),))
        found = served(own, INTERMEDIATE, target=with_policy(ENDPOINT, policy)).findings
        assert [(one.check, one.severity, one.message) for one in found] == [(Check.TRUST, severity, message)]

    def test_a_chain_that_openssl_refuses_as_it_is_served(self) -> None:
        """Other clients find the path: a warning, for what is served only."""
        path = replace(served(LEAF, INTERMEDIATE).paths[0], openssl="certificate signature failure")
        (found,) = judge(ENDPOINT, (), (path,), NOW).findings
        message = refused_as_served(reason="certificate signature failure")
        assert (found.check, found.severity, found.message) == (Check.TRUST, WARNING, message)
        assert judge(FILES, (), (path,), NOW).findings == ()

    def test_dates_that_clients_cannot_read_of_a_ca(self) -> None:
        """OpenSSL reads the dates of the anchor too."""
        path = served(LEAF, INTERMEDIATE).paths[0]
        root = replace(path.certificates[-1], date_form=DateForm.MALFORMED)
        path = replace(path, certificates=(*path.certificates[:-1], root))
        (found,) = judge(ENDPOINT, (), (path,), NOW).findings
        assert (found.check, found.severity, found.sha256) == (Check.TRUST, CRITICAL, ROOT.sha256)

    def test_dates_that_clients_cannot_read_in_an_accepted_certificate(self) -> None:
        """Who accepts a fingerprint has looked at the certificate."""
        path = served(LEAF, INTERMEDIATE).paths[0]
        leaf_with_fractions = replace(path.leaf, date_form=DateForm.MALFORMED)
        path = replace(path, certificates=(leaf_with_fractions, *path.certificates[1:]))
        target = with_policy(ENDPOINT, Policy(accept=frozenset({LEAF.sha256})))
        assert judge(target, (), (path,), NOW).findings == ()

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
        reason = 'the issuer "Intermediate" of "nvr.example" is neither served nor a trusted CA'
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
        ids=["lower", "upper", "colons"],
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
        when = "expires in 250 days (31 Jul 2027 12:00 UTC)"
        useless = f"which {when}: renewing the certificate alone does not help"
        root = authority("Short Root", end=days(250))
        own = leaf("nvr.example", root)
        found = served(own, trusted=(root,))
        assert (verdicts(found), found.not_after, sentences(found)) == (
            [(Check.OUTLIVES_CA, WARNING)],
            days(250),
            [f'the certificate "nvr.example" outlives the trusted CA "Short Root" (not served), {useless}'],
        )

    @pytest.mark.parametrize(
        ("life", "longer", "findings"),
        [
            pytest.param(300, 1 / 86400, [], id="a second"),
            pytest.param(300, 1, [], id="a day"),
            pytest.param(300, 1.001, [(Check.OUTLIVES_CA, WARNING)], id="more than a day"),
            pytest.param(6, 0.3, [], id="a twentieth of six days"),
            pytest.param(6, 0.31, [(Check.OUTLIVES_CA, WARNING)], id="more than that"),
        ],
    )
    def test_issued_in_one_go_it_outlives_nothing(
        self, life: float, longer: float, findings: list[tuple[Check, Severity]]
    ) -> None:
        """Scripts give a root and its certificates equal lives, a second or an hour apart."""
        root = authority("Root of the day", start=days(0), end=days(life - longer))
        own = leaf("nvr.example", root, start=days(0), end=days(life))
        policy = Policy(checks=((Check.CA_EXPIRY, None),))
        assert verdicts(served(own, trusted=(root,), target=with_policy(ENDPOINT, policy))) == findings

    @pytest.mark.parametrize(
        ("key", "findings"),
        [
            (rsa_key(1024), ["RSA with 1024 bits (at least 2048 are needed)"]),
            (rsa_key(), []),
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

    def test_the_worst_comes_first(self) -> None:
        """Critical before warning, else in the order of the path."""
        own = leaf("other.example", INTERMEDIATE, usages=[CLIENT_AUTH], end=days(10))
        assert verdicts(served(own)) == [
            (Check.TRUST, CRITICAL),
            (Check.NAME, CRITICAL),
            (Check.USAGE, CRITICAL),
            (Check.EXPIRY, WARNING),
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
