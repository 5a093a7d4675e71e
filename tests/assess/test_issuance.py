"""How a certificate was made is recognized from its path, and the steps are worded for it."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from monitor.assess import PathFinder
from monitor.assess.issuance import HOW_MADE, RENEWAL_STEPS, issuance, reworded
from monitor.model import Anchors, Issuance, Path, Target, TargetTraits
from monitor.model.message import own, placeholders, plain
from monitor.parse import parse_certificate
from monitor.xprotect import built_in_texts
from support.pki import NOW, SERVER_AUTH, Issued, authority, days, issue, key_usage, object_identifier, tlv

TEMPLATE = x509.ObjectIdentifier("1.3.6.1.4.1.311.21.7")
TEMPLATE_NAME = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2")
WEB_SERVER = x509.ObjectIdentifier("1.3.6.1.4.1.311.21.8.15886664.4298044.100")
DOMAIN_VALIDATED = x509.ObjectIdentifier("2.23.140.1.2.1")
PLACE = "rec1.example:7563"
RECORDER = Target(f"endpoint:{PLACE}", "endpoint", PLACE, None, host="rec1.example")
MOBILE = Target(
    "endpoint:mob1.example:8082",
    "endpoint",
    "mob1.example:8082",
    None,
    host="mob1.example",
    labels=(("component", "mobile_server"), ("vms", "xprotect")),
)
SQL = Target(
    "endpoint:sql.example:1433",
    "endpoint",
    "sql.example:1433",
    None,
    traits=TargetTraits(self_signed_name="SSL_Self_Signed_Fallback"),
)


def marked(oid: x509.ObjectIdentifier, value: bytes) -> tuple[x509.ExtensionType, bool]:
    """Return an extension that the library does not know."""
    return x509.UnrecognizedExtension(oid, value), False


FROM_TEMPLATE = marked(
    TEMPLATE, tlv(0x30, object_identifier(WEB_SERVER), tlv(0x02, b"\x64"), tlv(0x02, b"\x04"))
)
OF_OLD_TEMPLATE = marked(TEMPLATE_NAME, tlv(0x1E, "WebServer".encode("utf-16-be")))
PUBLIC = (
    x509.CertificatePolicies([x509.PolicyInformation(DOMAIN_VALIDATED, None)]),
    False,
)


def named(organization: str, common_name: str) -> x509.Name:
    """Return the name of a CA of an organization."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def path(*chain: Issued, target: Target = RECORDER) -> Path:
    """Return the path of a chain that nobody trusts."""
    shown = [(parse_certificate(one.der), one.der) for one in chain]
    return PathFinder().find(target.location, shown, Anchors.of([]), NOW)


def made(*chain: Issued, target: Target = RECORDER) -> Issuance:
    """Return how the first certificate of a chain was made."""
    return issuance(path(*chain, target=target), target)


def server(by: Issued, *, life: float = 365, **more: object) -> Issued:
    """Return a server's certificate from a CA."""
    return issue("rec1.example", by, names=["rec1.example"], start=NOW, end=days(life), **more)  # type: ignore[arg-type]


# What the script of the vendor's guide passes to New-SelfSignedCertificate: nothing but the usage of its key
# marks the older one as a CA, and its leaves have a critical extended key usage.
SIGNS = key_usage("digital_signature", "key_cert_sign", "crl_sign")
SCRIPT_CA = issue("VMS Certificate Authority", names=["VMS Certificate Authority"], extensions=[SIGNS])
NEWER_SCRIPT_CA = issue(
    "VMS Certificate Authority", names=["VMS Certificate Authority"], ca=True, extensions=[SIGNS]
)
CORPORATE = authority("VMS Certificate Authority of Example Ltd")
AD_CS_ROOT = issue(
    "Corp CA", ca=True, extensions=[marked(TEMPLATE_NAME, tlv(0x1E, "CA".encode("utf-16-be")))]
)
AD_CS_BELOW = issue("Firewall CA", AD_CS_ROOT, ca=True, extensions=[OF_OLD_TEMPLATE])
MSCP = authority("MSCP PKI (2026.03) - Root CA")
MSCP_BELOW = issue("Site 7 CA", MSCP, ca=True)
LETS_ENCRYPT = issue(named("Let's Encrypt", "R11"), ca=True)
OTHER_PUBLIC = issue(named("Other Public CA", "TLS 1"), ca=True)
LOOKALIKE = issue(named("Let's Encrypt", "R11"), ca=True)


@pytest.mark.parametrize("ca", [SCRIPT_CA, NEWER_SCRIPT_CA])
def test_the_script_of_the_guide(ca: Issued) -> None:
    """By the whole name of its CA, whether the CA is served or not; and the CA itself."""
    leaf = server(ca, usages=[SERVER_AUTH], usages_critical=True)
    assert (made(leaf), made(leaf, ca), made(ca)) == (Issuance.SCRIPT_CA,) * 3


def test_a_ca_whose_name_only_begins_like_the_script_is_another() -> None:
    """Its key is where somebody else says."""
    assert made(server(CORPORATE), CORPORATE) is Issuance.UNKNOWN


@pytest.mark.parametrize("mark", [FROM_TEMPLATE, OF_OLD_TEMPLATE], ids=["OID", "name"])
def test_a_template_is_of_ad_cs(mark: tuple[x509.ExtensionType, bool]) -> None:
    """Whatever its CA is named."""
    assert made(server(SCRIPT_CA, extensions=[mark])) is Issuance.AD_CS


def test_a_root_of_ad_cs_marks_its_leaves() -> None:
    """A standalone CA issues without templates; what is below a CA of another make is unknown."""
    assert made(server(AD_CS_ROOT), AD_CS_ROOT) is Issuance.AD_CS
    assert made(server(AD_CS_BELOW), AD_CS_BELOW, AD_CS_ROOT) is Issuance.UNKNOWN


def test_the_pki_of_the_plug_in() -> None:
    """By the name of the CA that it makes, also of one further up; for any lifetime."""
    assert made(server(MSCP, life=15 * 365)) is Issuance.MSCP_PKI
    assert made(server(MSCP_BELOW, life=397), MSCP_BELOW, MSCP) is Issuance.MSCP_PKI


@pytest.mark.parametrize(
    ("ca", "life", "expected"),
    [
        (LETS_ENCRYPT, 90, Issuance.ACME),
        (LETS_ENCRYPT, 6, Issuance.ACME),
        (LETS_ENCRYPT, 199, Issuance.PUBLIC_CA),
        (OTHER_PUBLIC, 90, Issuance.PUBLIC_CA),
        (OTHER_PUBLIC, 397, Issuance.PUBLIC_CA),
    ],
)
def test_public_cas(ca: Issued, life: float, expected: Issuance) -> None:
    """By the policy that every public CA has to assert; ACME by the CA and a short lifetime."""
    assert made(server(ca, life=life, extensions=[PUBLIC])) is expected


def test_a_public_name_alone_is_not_enough() -> None:
    """Anybody can name a CA so."""
    assert made(server(LOOKALIKE, life=90), LOOKALIKE) is Issuance.UNKNOWN


def test_defaults_of_products() -> None:
    """Where the target tells that the product makes them; otherwise only that it is self-signed."""
    fallback, own_name = issue("SSL_Self_Signed_Fallback"), issue("mob1", names=["mob1"])
    assert made(fallback, target=SQL) is Issuance.PRODUCT_DEFAULT
    assert made(own_name, target=MOBILE) is Issuance.PRODUCT_DEFAULT
    assert (made(fallback), made(own_name)) == (Issuance.UNKNOWN, Issuance.SELF_SIGNED)


def test_a_root_of_unknown_make_is_unknown() -> None:
    """It is self-signed by its nature."""
    assert made(CORPORATE) is Issuance.UNKNOWN


@pytest.mark.parametrize("value", [b"", b"\x30\x00", b"\x30\x03\x02\x01", b"\x05\x00", b"\x1e\x01\xd8"])
@pytest.mark.parametrize("oid", [TEMPLATE, TEMPLATE_NAME, x509.ObjectIdentifier("2.5.29.32")])
def test_malformed_marks_recognize_nothing(oid: x509.ObjectIdentifier, value: bytes) -> None:
    """The certificate is read all the same."""
    found = parse_certificate(server(CORPORATE, extensions=[marked(oid, value)]).der)
    assert (found.dns_names, found.public_policy) == (("rec1.example",), False)
    assert oid == TEMPLATE_NAME or not found.template


def test_each_kind_is_worded() -> None:
    """There is a clause and a set of steps for each, and only for steps that presets have."""
    known = {code.removeprefix("preset.texts.") for code in built_in_texts().values()}
    assert set(HOW_MADE) == set(RENEWAL_STEPS) == set(Issuance)
    assert {name for steps in RENEWAL_STEPS.values() for name in steps} <= known


def test_steps_have_only_placeholders_that_are_filled() -> None:
    """Those of the presets, and never a thumbprint."""
    texts = [step.text for steps in RENEWAL_STEPS.values() for step in steps.values()]
    assert {name for one in texts for name in placeholders(one)} <= {"host", "names", "issuer", "ca_expires"}


def test_own_texts_and_other_steps_stay() -> None:
    """Only the steps of the presets that depend on it are replaced, and the host is filled in."""
    mine, request, imported, verify = (
        own("Ask Bob for {names}.", ["names"]),
        plain("preset.texts.request", "Request"),
        plain("preset.texts.import", "Import"),
        plain("preset.texts.verify", "Verify"),
    )
    first, second, third, last = reworded((mine, request, imported, verify), Issuance.MSCP_PKI, "rec1")
    assert (first, last, second.code) == (mine, verify, "step_request_from_mscp")
    assert third.parameters == (("host", "rec1"),)


def test_what_is_not_recognized_has_the_steps_of_the_preset() -> None:
    """Nothing is guessed."""
    steps = (plain("preset.texts.request", "Request"),)
    assert reworded(steps, Issuance.UNKNOWN, "rec1") is steps


def test_the_longest_life_of_acme_has_a_tolerance_of_a_day() -> None:
    """90 days are written with or without their last second, and some CAs date back an hour."""
    long = issue(
        "rec1.example", LETS_ENCRYPT, start=NOW, end=days(90) + timedelta(hours=1), extensions=[PUBLIC]
    )
    assert made(long) is Issuance.ACME
