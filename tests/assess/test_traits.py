"""Checks that depend on a target's traits: public names, key type, encryption."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess import (
    CertificateWithDer,
    PathFinder,
    judge,
    missing_names,
    texts,
    unreachability,
    unreachability_changes_at,
)
from monitor.model import (
    AlertKey,
    Anchor,
    Anchors,
    Assessment,
    Check,
    Failure,
    FailureReason,
    Finding,
    Policy,
    Scope,
    Severity,
    Sighting,
    Target,
    TargetState,
    TargetTraits,
    text,
)
from monitor.model.texts import names
from monitor.parse import parse_certificate
from support.pki import NOW, Issued, authority, days, issue, leaf, rsa_key

PLACE = "vms01.vms.example:443"
ENDPOINT = Target(
    f"endpoint:{PLACE}", "endpoint", PLACE, None, host="vms01.vms.example", server_name="vms01.vms.example"
)
ROOT = authority("Root")
LEAF = leaf("vms01.vms.example", ROOT)
WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL
MOBILE = (("certificate_group", "mobile"), ("component", "mobile_server"), ("vms", "xprotect"))


def judged(shown: Issued | None, target: Target, *, encrypted: bool | None = None) -> Assessment:
    """Judge an endpoint that shows one certificate of the test root, or nothing."""
    if shown is None:
        return judge(target, (), (), NOW, encrypted=encrypted)
    held: CertificateWithDer = parse_certificate(shown.der), shown.der
    anchors = Anchors.of([Anchor(parse_certificate(ROOT.der), ROOT.der, "test")])
    path = PathFinder().find(PLACE, [held], anchors, NOW)
    return judge(target, (Sighting(PLACE, 0, held[0]),), (path,), NOW, encrypted=encrypted)


def verdicts(assessment: Assessment) -> list[tuple[Check, Severity]]:
    """Return the findings without their words."""
    return [(finding.check, finding.severity) for finding in assessment.findings]


def wanting(encryption: str, *, plain_possible: bool = True, **more: object) -> Target:
    """Return the endpoint under a policy of encryption."""
    policy = Policy(encryption=encryption, **more)  # type: ignore[arg-type]
    return replace(ENDPOINT, policy=policy, traits=TargetTraits(plain_possible=plain_possible))


class TestEncryption:
    """A port that may be set up without TLS is judged by the policy."""

    @pytest.mark.parametrize(
        ("encryption", "encrypted", "expected"),
        [
            ("required", False, [(Check.ENCRYPTION, CRITICAL)]),
            ("required", True, []),
            ("required", None, []),
            ("any", False, []),
            ("any", True, []),
            ("off", False, []),
            ("off", None, []),
            ("off", True, [(Check.ENCRYPTION, WARNING)]),
        ],
    )
    def test_policy_decides(
        self,
        encryption: str,
        encrypted: bool | None,  # noqa: FBT001 - a column of the table
        expected: list[tuple[Check, Severity]],
    ) -> None:
        """Plain where TLS is required is critical, TLS where it is off a warning, the rest is fine."""
        shown = LEAF if encrypted else None
        assert verdicts(judged(shown, wanting(encryption), encrypted=encrypted)) == expected

    def test_a_port_that_is_always_encrypted_has_no_such_finding(self) -> None:
        """There a plain answer is a failed probe."""
        assert verdicts(judged(None, wanting("required", plain_possible=False), encrypted=False)) == []

    def test_it_is_about_the_port(self) -> None:
        """The finding names no certificate, and its location is the target's own."""
        (found,) = judged(None, wanting("required"), encrypted=False).findings
        assert found == Finding(Check.ENCRYPTION, CRITICAL, texts.NOT_ENCRYPTED, location=PLACE)

    def test_it_can_be_switched_off(self) -> None:
        """As every check."""
        target = wanting("required", checks=((Check.ENCRYPTION, None),))
        assert verdicts(judged(None, target, encrypted=False)) == []


class TestKeyType:
    """Some products take one kind of key only."""

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [("RSA", [(Check.KEY_TYPE, WARNING)]), ("EC", []), ("ec", []), ("", [])],
    )
    def test_another_kind_is_a_warning(self, wanted: str, expected: list[tuple[Check, Severity]]) -> None:
        """An EC key where RSA is asked for is reported, and nothing is where nothing is asked."""
        assert verdicts(judged(LEAF, replace(ENDPOINT, traits=TargetTraits(key_type=wanted)))) == expected

    def test_the_wanted_kind_is_fine(self) -> None:
        """An RSA key where RSA is asked for."""
        shown = leaf("vms01.vms.example", ROOT, key=rsa_key())
        assert verdicts(judged(shown, replace(ENDPOINT, traits=TargetTraits(key_type="RSA")))) == []


class TestPublicNames:
    """Clients are given names by the API, and the certificate must carry them."""

    def offering(self, *names: str) -> Target:
        """Return the endpoint with names that clients are given."""
        return replace(ENDPOINT, traits=TargetTraits(public_names=names))

    @pytest.mark.parametrize(
        ("names", "missing"),
        [
            ((), []),
            (("vms01.vms.example",), []),
            (("VMS01.vms.example.", "vms01.vms.example"), []),
            (("vms01",), ["vms01"]),
            (("VMS01", "vms01."), ["vms01"]),
            (("vms01", "10.0.0.5", "vms01.vms.example"), ["vms01", "10.0.0.5"]),
            (("",), []),
        ],
    )
    def test_what_is_missing(self, names: tuple[str, ...], missing: list[str]) -> None:
        """Names are compared without case and dot, each is said once, empty ones are none."""
        target = self.offering(*names)
        assert list(missing_names(target, parse_certificate(LEAF.der))) == missing

    def test_all_missing_names_are_one_warning(self) -> None:
        """The sentence names each of them."""
        (found,) = judged(LEAF, self.offering("vms01", "video.vms.example")).findings
        assert (found.check, found.severity, found.message) == (
            Check.PUBLIC_NAME,
            WARNING,
            texts.missing_names(names=names(["vms01", "video.vms.example"])),
        )

    def test_the_name_of_the_target_itself_is_reported_once(self) -> None:
        """That is the finding about the name."""
        other = leaf("other.vms.example", ROOT)
        assert verdicts(judged(other, self.offering("vms01.vms.example"))) == [(Check.NAME, CRITICAL)]

    @given(st.lists(st.text(max_size=30), max_size=5))
    def test_any_text_is_carried_or_missing(self, names: list[str]) -> None:
        """Whatever an API gives as a name, judging it raises nothing and says each at most once."""
        missing = missing_names(self.offering(*names), parse_certificate(LEAF.der))
        assert len(set(missing)) == len(missing) <= len(names)


class TestDefaultCertificate:
    """A server that came with a certificate of its own making is not as bad as an impostor."""

    @pytest.mark.parametrize(
        ("subject", "labels", "expected"),
        [
            pytest.param("vms01", MOBILE, WARNING, id="the short name"),
            pytest.param("VMS01", MOBILE[:2], WARNING, id="only the certificate group"),
            pytest.param("vms01.vms.example", MOBILE, WARNING, id="the full name"),
            pytest.param("vms02", MOBILE, CRITICAL, id="another machine"),
            pytest.param("", MOBILE, CRITICAL, id="no subject"),
            pytest.param("vms01", (), CRITICAL, id="no product"),
            pytest.param("vms01", (*MOBILE[:2], ("vms", "genetec")), CRITICAL, id="another product"),
            pytest.param(
                "vms01",
                (("certificate_group", "streaming_media"), ("component", "recording_server")),
                CRITICAL,
                id="a recorder has none by default",
            ),
        ],
    )
    def test_recognized_by_the_name_of_the_machine(
        self, subject: str, labels: tuple[tuple[str, str], ...], expected: Severity
    ) -> None:
        """Only what XProtect itself can have made is milder, and it is still told."""
        shown = issue(subject, names=("vms01.vms.example",))
        (found,) = judged(shown, replace(ENDPOINT, labels=labels)).findings
        assert (found.check, found.severity) == (Check.TRUST, expected)
        assert (found.message.code == "default_certificate") == (expected is WARNING)

    def test_an_unknown_issuer_is_no_default(self) -> None:
        """A certificate of a CA that is not trusted stays critical."""
        shown = leaf("vms01", authority("Stranger"), names=("vms01.vms.example",))
        assert verdicts(judged(shown, replace(ENDPOINT, labels=MOBILE))) == [(Check.TRUST, CRITICAL)]

    def test_the_name_of_a_trusted_ca_is_no_default(self) -> None:
        """A self-signed certificate that bears the name of an anchor is suspicious."""
        shown = issue("Root", names=("root",))
        target = replace(ENDPOINT, labels=MOBILE, host="root", server_name="root")
        assert verdicts(judged(shown, target)) == [(Check.TRUST, CRITICAL)]

    def test_the_end_of_an_address_is_no_name(self) -> None:
        """The first part of 10.0.0.5 is not the name of a machine."""
        target = replace(ENDPOINT, labels=MOBILE, host="10.0.0.5", server_name="")
        assert verdicts(judged(issue("10"), target)) == [(Check.TRUST, CRITICAL)]


def test_leaves_under_one_ca_share_an_alert() -> None:
    """What outlives its CA is reported once for the CA."""
    ending = authority("Ending Root", end=days(100))
    anchors = Anchors.of([Anchor(parse_certificate(ending.der), ending.der, "test")])
    shared = []
    for name in ("a.vms.example", "b.vms.example"):
        shown = leaf(name, ending)
        held: CertificateWithDer = parse_certificate(shown.der), shown.der
        path = PathFinder().find(PLACE, [held], anchors, NOW)
        found = judge(replace(ENDPOINT, server_name=name), (), (path,), NOW).findings
        shared += [one.shared_alert for one in found if one.check is Check.OUTLIVES_CA]
    key = AlertKey(Check.OUTLIVES_CA, Scope.CERTIFICATE, parse_certificate(ending.der).sha256)
    assert shared == [key] * 2


class TestStandby:
    """What answers only after a takeover is never unreachable, and before that no comfort."""

    STATE = TargetState(
        replace(ENDPOINT, traits=TargetTraits(standby=True)),
        watched_since=days(-400),
        probed_at=NOW,
        failed_probes=5000,
        failures=(Failure(FailureReason.REFUSED, text("nobody listens there")),),
    )

    def test_never_seen_is_said_at_once(self) -> None:
        """After the first probe, and mildly however long it lasts."""
        found = unreachability(replace(self.STATE, failed_probes=1, watched_since=NOW), NOW)
        assert found == unreachability(self.STATE, NOW)
        assert found is not None
        assert (found.check, found.severity) == (Check.NEVER_SEEN, WARNING)
        assert found.message == texts.NEVER_SEEN

    def test_nothing_before_the_first_probe(self) -> None:
        """A target that was never tried is not judged."""
        assert unreachability(replace(self.STATE, probed_at=None), NOW) is None

    def test_nothing_after_it_was_seen_once(self) -> None:
        """Silence is then as it should be."""
        assert unreachability(replace(self.STATE, succeeded_at=days(-399)), NOW) is None

    def test_nothing_when_certificates_are_known(self) -> None:
        """A probe that broke after the certificates had arrived showed them."""
        sightings = (Sighting(PLACE, 0, parse_certificate(LEAF.der)),)
        assert unreachability(replace(self.STATE, sightings=sightings), NOW) is None

    def test_it_can_be_switched_off(self) -> None:
        """As every check."""
        target = replace(self.STATE.target, policy=Policy(checks=((Check.NEVER_SEEN, None),)))
        assert unreachability(replace(self.STATE, target=target), NOW) is None

    def test_time_changes_nothing(self) -> None:
        """No instant is waited for."""
        assert unreachability_changes_at(self.STATE, NOW) is None
