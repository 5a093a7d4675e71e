"""A CRL counts by its signature: every algorithm, once each."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from monitor.issuers.crl import crl_verdict
from monitor.issuers.fetched_crl import MalformedCrlError
from support import pki
from support.factories.issuers.crl_verdicts import CA, GOOD, OTHER, UNKNOWN, signed_anew, verdict_of
from support.pki.crls import URL, crl, points
from support.servers.issuers.issuer_world import NOW, issued_list, leaf, pair


@pytest.mark.parametrize(
    "how", [padding.PKCS1v15(), padding.PSS(padding.MGF1(hashes.SHA256()), 32)], ids=["PKCS #1", "PSS"]
)
def test_rsa(how: padding.PKCS1v15 | padding.PSS) -> None:
    """Lists signed with RSA in both ways are verified; Windows CAs can be set to the newer one."""
    ca = pki.authority("CA", key=pki.rsa_key())
    assert verdict_of(crl(ca, rsa_padding=how), leaf(ca, points(URL)), ca).status is GOOD


def test_two_algorithms() -> None:
    """A list whose signed part names another algorithm than its signature is refused."""
    algorithm, other = bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("300a06082a8648ce3d040303")
    body = x509.load_der_x509_crl(crl(CA)).tbs_certlist_bytes
    assert verdict_of(signed_anew(body)).status is GOOD
    with pytest.raises(MalformedCrlError):
        verdict_of(signed_anew(body.replace(algorithm, other)))


def test_a_signature_is_verified_once() -> None:
    """A list is hashed once, however many certificates it is asked about."""
    held = issued_list(crl(CA))
    for _ in range(3):
        crl_verdict(held, pair(leaf(CA, points(URL)), CA), NOW)
    assert list(held.signed_by.values()) == [True]
    assert crl_verdict(held, pair(leaf(OTHER), OTHER), NOW).status is UNKNOWN
