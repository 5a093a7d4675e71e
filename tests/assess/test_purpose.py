"""The purpose of the whole path is judged as OpenSSL, Go and Java do; each case was tried with all three."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from monitor.assess import PathFinder, judge
from monitor.assess.purpose import texts
from monitor.assess.texts import its_ca, its_trusted_ca_not_served, the_certificate
from monitor.model import AlertKey, Check, Finding, Message, Scope, Severity, Sighting
from support.factories.assess.judging import CRITICAL, ENDPOINT, PLACE, ROOT, WARNING, held, trusting
from support.pki import ANY_USAGE, CLIENT_AUTH, NOW, SERVER_AUTH, Issued, Key, issue, key_usage, leaf, rsa_key

OTHER = x509.ObjectIdentifier("1.2.3.4")
MICROSOFT_GATED = x509.ObjectIdentifier("1.3.6.1.4.1.311.10.3.3")
NETSCAPE_GATED = x509.ObjectIdentifier("2.16.840.1.113730.4.1")
NETSCAPE_TYPE = x509.ObjectIdentifier("2.16.840.1.113730.1.1")
EC, ED = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
LEAF_NAMED = the_certificate(title="nvr.example")
Usages = list[x509.ObjectIdentifier]

# What OpenSSL and Go make of an extended key usage: both refuse, one does, none does.
USAGES = [
    pytest.param([], None, id="none"),
    pytest.param([SERVER_AUTH], None, id="server"),
    pytest.param([CLIENT_AUTH, SERVER_AUTH], None, id="client and server"),
    pytest.param([CLIENT_AUTH], CRITICAL, id="client"),
    pytest.param([OTHER], CRITICAL, id="something else"),
    pytest.param([ANY_USAGE], WARNING, id="any"),
    pytest.param([CLIENT_AUTH, ANY_USAGE], WARNING, id="client and any"),
    pytest.param([MICROSOFT_GATED], WARNING, id="Microsoft's server-gated cryptography"),
    pytest.param([NETSCAPE_GATED], WARNING, id="Netscape's server-gated cryptography"),
    pytest.param([NETSCAPE_GATED, ANY_USAGE], None, id="server-gated cryptography and any"),
]


def usage_findings(*chain: Issued, trusted: Issued = ROOT) -> list[Finding]:
    """Return what is found about the usage of a served chain, and that nothing else is."""
    shown = [held(one) for one in chain]
    sightings = tuple(Sighting(PLACE, position, one) for position, (one, _) in enumerate(shown))
    path = PathFinder().find(PLACE, shown, trusting(trusted), NOW)
    found = judge(ENDPOINT, sightings, (path,), NOW).findings
    assert {one.check for one in found} <= {Check.USAGE}
    return list(found)


def severity(found: list[Finding], about: Issued) -> Severity | None:
    """Return the severity of the only finding, which is about this certificate; ``None`` without one."""
    assert {one.sha256 for one in found} <= {about.sha256}
    return found[0].severity if found else None


class TestExtendedKeyUsage:
    """It counts for every certificate of the path, the anchor too."""

    @pytest.mark.parametrize(("usages", "expected"), USAGES)
    def test_of_the_leaf(self, usages: Usages, expected: Severity | None) -> None:
        """A certificate for clients is none for servers."""
        own = leaf("nvr.example", ROOT, usages=usages)
        assert severity(usage_findings(own), own) == expected

    @pytest.mark.parametrize(("usages", "expected"), USAGES)
    def test_of_an_intermediate(self, usages: Usages, expected: Severity | None) -> None:
        """A CA for clients issues none for servers, whatever its certificates say."""
        middle = issue("Middle", ROOT, ca=True, usages=usages)
        assert severity(usage_findings(leaf("nvr.example", middle), middle), middle) == expected

    @pytest.mark.parametrize(("usages", "expected"), USAGES)
    def test_of_a_root(self, usages: Usages, expected: Severity | None) -> None:
        """OpenSSL and Go look at the anchor too, although it is trusted."""
        root = issue("Own Root", ca=True, usages=usages)
        assert severity(usage_findings(leaf("nvr.example", root), trusted=root), root) == expected

    @pytest.mark.parametrize(("usages", "expected"), USAGES)
    def test_of_a_pinned_leaf(self, usages: Usages, expected: Severity | None) -> None:
        """Being the anchor itself makes no difference."""
        own = issue("nvr.example", names=["nvr.example"], usages=usages)
        assert severity(usage_findings(own, trusted=own), own) == expected

    @pytest.mark.parametrize(
        ("usages", "message"),
        [
            ([CLIENT_AUTH], texts.wrong_usage(who=LEAF_NAMED)),
            ([ANY_USAGE], texts.usage_any_only(who=LEAF_NAMED)),
            ([NETSCAPE_GATED], texts.usage_server_gated_only(who=LEAF_NAMED)),
        ],
    )
    def test_it_is_said_of_the_leaf(self, usages: Usages, message: Message) -> None:
        """Each case has its own sentence."""
        (found,) = usage_findings(leaf("nvr.example", ROOT, usages=usages))
        assert found.message == message

    def test_it_is_said_of_a_ca_by_its_location(self) -> None:
        """A CA that was served, and a trusted one that was not."""
        middle = issue("Middle", ROOT, ca=True, usages=[CLIENT_AUTH])
        root = issue("Own Root", ca=True, usages=[CLIENT_AUTH])
        (served,) = usage_findings(leaf("nvr.example", middle), middle)
        (trusted,) = usage_findings(leaf("nvr.example", root), trusted=root)
        assert (served.message, trusted.message) == (
            texts.wrong_ca_usage(who=its_ca(title="Middle")),
            texts.wrong_ca_usage(who=its_trusted_ca_not_served(title="Own Root")),
        )

    def test_a_ca_has_one_alert_for_all_below_it(self) -> None:
        """However many servers it issued certificates for; a leaf's own alert is its target's."""
        middle = issue("Middle", ROOT, ca=True, usages=[CLIENT_AUTH])
        own = leaf("nvr.example", middle, usages=[CLIENT_AUTH])
        shared = [one.shared_alert for one in usage_findings(own, middle)]
        assert shared == [None, AlertKey(Check.USAGE, Scope.CERTIFICATE, middle.sha256)]

    def test_each_certificate_is_judged_on_its_own(self) -> None:
        """A leaf and its CA may both be wrong."""
        middle = issue("Middle", ROOT, ca=True, usages=[ANY_USAGE])
        own = leaf("nvr.example", middle, usages=[CLIENT_AUTH])
        found = [(one.sha256, one.severity) for one in usage_findings(own, middle)]
        assert found == [(own.sha256, CRITICAL), (middle.sha256, WARNING)]


class TestKeyUsage:
    """OpenSSL and Java look at the key usage of the leaf, Go does not: what they refuse is a warning."""

    @pytest.mark.parametrize("key", [EC, rsa_key()], ids=["EC", "RSA"])
    @pytest.mark.parametrize(
        "usage", ["content_commitment", "data_encipherment", "key_cert_sign", "crl_sign"]
    )
    def test_nothing_that_tls_needs(self, key: Key, usage: str) -> None:
        """None of the three usages that a server has use for."""
        own = issue("nvr.example", ROOT, key=key, names=["nvr.example"], extensions=[key_usage(usage)])
        (found,) = usage_findings(own)
        assert (found.severity, found.message) == (WARNING, texts.wrong_key_usage(who=LEAF_NAMED))

    @pytest.mark.parametrize(
        ("key", "kind"),
        [(EC, "EC"), (ED, "Ed25519")],
        ids=["EC", "Ed25519"],
    )
    @pytest.mark.parametrize("usage", ["key_agreement", "key_encipherment"])
    def test_a_key_that_signs_must_be_for_signing(self, key: Key, kind: str, usage: str) -> None:
        """ECDSA with keyAgreement alone: Java refuses it."""
        own = issue("nvr.example", ROOT, key=key, names=["nvr.example"], extensions=[key_usage(usage)])
        (found,) = usage_findings(own)
        said = texts.no_signature_usage(who=LEAF_NAMED, key_type=kind)
        assert (found.severity, found.message) == (WARNING, said)

    @pytest.mark.parametrize(
        ("key", "usages"),
        [
            (EC, ["digital_signature"]),
            (EC, ["digital_signature", "key_agreement", "key_cert_sign"]),
            (rsa_key(), ["key_encipherment"]),
            (rsa_key(), ["digital_signature", "key_encipherment"]),
        ],
    )
    def test_the_usual(self, key: Key, usages: list[str]) -> None:
        """What CAs issue, RSA keys of old for encryption alone among it."""
        extensions = [key_usage(*usages)]
        own = issue("nvr.example", ROOT, key=key, names=["nvr.example"], extensions=extensions)
        assert usage_findings(own) == []

    def test_that_of_a_ca_is_no_usage_of_tls(self) -> None:
        """A CA signs certificates and nothing else."""
        usage = key_usage("key_cert_sign", "crl_sign")
        middle = issue("Middle", ROOT, ca=True, extensions=[usage])
        assert usage_findings(leaf("nvr.example", middle), middle) == []

    @pytest.mark.parametrize(("bits", "fits"), [(0x80, False), (0x40, True), (0xC0, True), (0x04, False)])
    def test_the_netscape_certificate_type(self, bits: int, *, fits: bool) -> None:
        """OpenSSL and Java still look at it; old private CAs still write it."""
        kind = x509.UnrecognizedExtension(NETSCAPE_TYPE, bytes([3, 2, 0, bits]))
        own = issue("nvr.example", ROOT, names=["nvr.example"], extensions=[(kind, False)])
        expected = [] if fits else [(WARNING, texts.wrong_netscape_type(who=LEAF_NAMED))]
        assert [(one.severity, one.message) for one in usage_findings(own)] == expected
