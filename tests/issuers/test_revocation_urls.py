"""The addresses of issuers in certificates."""

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from monitor.assess.paths.links import load_certificate
from monitor.issuers import texts
from monitor.issuers.revocation_urls import RevocationUrls, crl_urls, ocsp_urls
from monitor.model import Message
from support import pki
from support.pki.crls import URL, points
from support.pki.ocsp import RESPONDER, access
from support.servers.issuers.issuer_world import leaf

CA = pki.authority("Test CA")
LDAP = "ldap:///CN=CA,CN=CDP,DC=vms,DC=example?certificateRevocationList?base"


def lists(*extensions: tuple[x509.ExtensionType, bool]) -> RevocationUrls:
    """Return what a certificate with these extensions says of its CRL."""
    return crl_urls(leaf(CA, *extensions).certificate)


def test_a_list() -> None:
    """The address of a CRL is read."""
    assert lists(points(URL)) == RevocationUrls((URL,))


def test_several() -> None:
    """Of several addresses those that can be asked are kept, each once and in their order."""
    assert lists(points(LDAP, URL, "http://b.example/x.crl", URL)) == RevocationUrls(
        (URL, "http://b.example/x.crl")
    )


def test_ldap_only() -> None:
    """A Windows CA often names only its directory: that is said plainly."""
    assert lists(points(LDAP)).problem == texts.crl_schemes(schemes=("ldap://",))


def test_none() -> None:
    """A certificate may name nothing at all."""
    certificate = leaf(CA).certificate
    assert crl_urls(certificate).problem == texts.NO_CRL_NAMED
    assert ocsp_urls(certificate).problem == texts.NO_RESPONDER_NAMED


REASONS = frozenset([x509.ReasonFlags.key_compromise])


@pytest.mark.parametrize(
    ("point", "problem"),
    [
        (points(URL, crl_issuer=[x509.DirectoryName(pki.name("Other"))]), texts.CRL_INDIRECT),
        (points(URL, reasons=REASONS), texts.CRL_SOME_REASONS),
        (
            points(
                relative_name=x509.RelativeDistinguishedName(
                    [x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")]
                )
            ),
            texts.CRL_RELATIVE_NAME,
        ),
    ],
)
def test_what_is_not_supported(point: tuple[x509.ExtensionType, bool], problem: Message) -> None:
    """A CRL that we could not judge is not asked for, and the reason is said."""
    found = lists(point)
    assert found.urls == ()
    assert found.problem == problem


def test_directory_names() -> None:
    """An address in a directory is none that can be asked."""
    point = x509.DistributionPoint([x509.DirectoryName(pki.name("CA"))], None, None, None)
    assert lists((x509.CRLDistributionPoints([point]), False)).problem == texts.crl_schemes(
        schemes=("directoryName",)
    )


def test_many_addresses() -> None:
    """A certificate does not send us to hundreds of locations."""
    assert len(lists(points(*(f"http://ca{n}.example/" for n in range(500)))).urls) == 8


def test_a_responder() -> None:
    """The responder is read, and not the address of the issuer's certificate beside it."""
    issuers = x509.AccessDescription(
        AuthorityInformationAccessOID.CA_ISSUERS, x509.UniformResourceIdentifier("http://ca.example/ca.cer")
    )
    both = x509.AuthorityInformationAccess([issuers, *access(RESPONDER)[0]])  # type: ignore[misc]
    assert ocsp_urls(leaf(CA, (both, False)).certificate) == RevocationUrls((RESPONDER,))
    alone = x509.AuthorityInformationAccess([issuers])
    assert ocsp_urls(leaf(CA, (alone, False)).certificate).problem == texts.NO_RESPONDER_NAMED


@pytest.mark.parametrize("oid", ["2.5.29.31", "1.3.6.1.5.5.7.1.1"])
def test_unreadable(oid: str) -> None:
    """An extension that makes no sense is said to be unreadable."""
    der = pki.raw(extensions=[pki.extension(x509.ObjectIdentifier(oid), b"\xff\xff")])
    certificate = load_certificate(der)
    assert certificate is not None
    found = crl_urls(certificate) if oid == "2.5.29.31" else ocsp_urls(certificate)
    assert found.urls == ()
    assert found.problem in (texts.CRL_NAME_UNREADABLE, texts.RESPONDER_NAME_UNREADABLE)
