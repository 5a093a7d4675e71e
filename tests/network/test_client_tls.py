"""The connection that a password goes over accepts the CAs that sites really have, and no stranger."""

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509 import KeyUsage

from monitor.model import Anchor, Anchors
from monitor.network.client_tls import client_context, load_identity
from monitor.parse import parse_certificate
from support.pki import CLIENT_AUTH, TODAY, Issued, authority, days, issue, leaf, tls_context

NAME = "vms01.example"
SIGNS = (
    KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    ),
    True,
)
ROOT = authority(at=TODAY)
SCRIPT_CA = issue("VMS Certificate Authority", at=TODAY, extensions=[SIGNS])
SILENT_CA = issue("VMS Certificate Authority", at=TODAY)
RENEWED_CA = authority("Test Root", at=TODAY)
LEAF = leaf(NAME, ROOT, at=TODAY)


def said(anchors: list[Issued], served: list[Issued]) -> str:
    """Return what the client says of a server that serves these, empty when it accepts them."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = client_context(
        Anchors.of(Anchor(parse_certificate(one.der), one.der, "test") for one in anchors)
    )
    client = context.wrap_bio(back, there, server_hostname=NAME)
    server = tls_context(*served).wrap_bio(there, back, server_side=True)
    done = 0
    while done < 2:
        done = 0
        for end in (client, server):
            try:
                end.do_handshake()
                done += 1
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
    return ""


@pytest.mark.parametrize(
    ("anchors", "served"),
    [
        ([ROOT], [LEAF]),
        ([ROOT], [LEAF, ROOT]),
        ([RENEWED_CA, ROOT], [LEAF]),
        ([ROOT, RENEWED_CA], [LEAF]),
        ([SCRIPT_CA], [leaf(NAME, SCRIPT_CA, at=TODAY, usages_critical=True)]),
        ([LEAF], [LEAF]),
        ([SILENT_CA, silent := leaf(NAME, SILENT_CA, at=TODAY), silent], [silent]),
        ([own := issue(NAME, at=TODAY, names=[NAME])], [own]),
        ([named := issue(NAME, at=TODAY)], [named]),
    ],
    ids=[
        "ca",
        "ca served too",
        "renewed ca of the same name",
        "the other way round",
        "the vendor's script",
        "pinned",
        "pinned below a silent ca",
        "pinned self-signed",
        "name only in the subject",
    ],
)
def test_accepted(anchors: list[Issued], served: list[Issued]) -> None:
    """A certificate that leads to an anchor and carries the name is accepted."""
    assert said(anchors, served) == ""


@pytest.mark.parametrize(
    ("anchors", "served", "expected"),
    [
        ([], [LEAF], "unable to get local issuer certificate"),
        ([RENEWED_CA], [LEAF], "certificate"),
        ([SILENT_CA], [leaf(NAME, SILENT_CA, at=TODAY)], "invalid CA certificate"),
        ([ROOT], [leaf("other.example", ROOT, at=TODAY)], "Hostname mismatch"),
        ([ROOT], [leaf(NAME, ROOT, at=TODAY, end=days(-1, TODAY))], "certificate has expired"),
        ([ROOT], [leaf(NAME, ROOT, at=TODAY, usages=[CLIENT_AUTH])], "unsuitable certificate purpose"),
        ([], [issue(NAME, at=TODAY, names=[NAME])], "self-signed certificate"),
    ],
    ids=["no anchor", "other ca", "silent ca", "other name", "expired", "not for servers", "self-signed"],
)
def test_refused(anchors: list[Issued], served: list[Issued], expected: str) -> None:
    """Anything else is refused, in OpenSSL's words."""
    assert expected in said(anchors, served)


def test_extra_anchors_of_a_file() -> None:
    """A file of anchors may be PEM or DER; a file without one is an error, never trust in nobody or all."""
    for content in (ROOT.pem, ROOT.der, b"text before it\n" + ROOT.pem):
        assert len(client_context(extra=content).get_ca_certs()) == 1
    for content in (b"", b"text", b"-----BEGIN CERTIFICATE-----\n"):
        with pytest.raises((ssl.SSLError, ValueError)):
            client_context(extra=content)


def test_nobody_is_trusted_by_default() -> None:
    """Without anchors no certificate is accepted, and the machine's own are not trusted unless asked for."""
    context = client_context()
    assert context.get_ca_certs() == []
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_no_question_for_a_passphrase(tmp_path: Path) -> None:
    """A key that is encrypted against our knowledge is an error; OpenSSL does not ask the terminal."""
    certificate, key = tmp_path / "certificate", tmp_path / "key"
    certificate.write_bytes(LEAF.pem)
    encryption = BestAvailableEncryption(b"secret")
    key.write_bytes(LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    with pytest.raises(ssl.SSLError):
        load_identity(client_context(), str(certificate), str(key))
    load_identity(client_context(), str(certificate), str(key), "secret")
