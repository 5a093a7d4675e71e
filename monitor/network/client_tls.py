"""TLS contexts for this program's own requests; targets are never probed with them."""

import contextlib
import ssl
from pathlib import Path

from monitor.model import Anchor, Anchors

# The encoded names of the extensions keyUsage and basicConstraints, RFC 5280 sections 4.2.1.3 and 4.2.1.9.
_CA_EXTENSIONS = (bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d13"))
_NONE = Anchors()


def client_context(
    anchors: Anchors = _NONE, *, system: bool = False, extra: bytes | None = None
) -> ssl.SSLContext:
    """Return a context that verifies names and trusts only these anchors; blocks for milliseconds.

    ``system`` adds what OpenSSL trusts on this machine, ``extra`` the certificates of one PEM or DER file,
    and ``ssl.SSLError`` or ``ValueError`` is raised where it contains none.

    X509_STRICT is off: CAs made by the vendor's scripts lack extensions that it requires. PARTIAL_CHAIN lets
    a single pinned certificate be an anchor.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if system:
        context.load_default_certs()
    if extra is not None:
        pem = b"-----BEGIN" in extra
        context.load_verify_locations(cadata=extra.decode("ascii", "ignore") if pem else extra)
    for anchor in anchors.members:
        if not _hinders(anchor, anchors):
            # One anchor that OpenSSL cannot read must not affect the others.
            with contextlib.suppress(ssl.SSLError):
                context.load_verify_locations(cadata=anchor.der)
    return context


def system_context(ca: str = "") -> ssl.SSLContext:
    """Return a context that trusts the system's anchors and those in one PEM or DER file; blocks.

    Raises ``OSError`` (also ``ssl.SSLError``) or ``ValueError`` for a file that cannot be read or parsed.
    """
    return client_context(system=True, extra=Path(ca).read_bytes() if ca else None)


def unverified_context() -> ssl.SSLContext:
    """Return a context that accepts any certificate: to read it, or for answers that are signed themselves.

    Nothing secret may be sent over it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def load_identity(context: ssl.SSLContext, certificate: str, key: str | None, passphrase: str = "") -> None:
    """Set the client certificate that servers may request.

    Both are paths of PEM files; without ``key`` the first contains it too. Raises ``OSError``, of which
    ``ssl.SSLError`` is one, where they cannot be read or do not match.
    """
    # A text, even an empty one: without it OpenSSL prompts on the terminal.
    context.load_cert_chain(certificate, key, lambda: passphrase)


def openssl_reason(error: ssl.SSLError) -> str:
    """Return OpenSSL's reason in words (``wrong version number``), empty where it gives none."""
    return (error.reason or "").replace("_", " ").lower()


def _hinders(anchor: Anchor, anchors: Anchors) -> bool:
    """Return whether an anchor would break the path of a certificate that is an anchor itself.

    OpenSSL prefers the path to the root, and then rejects a root that is not marked as a CA.
    """
    own = anchor.certificate
    without_extensions = own.self_issued and not any(extension in anchor.der for extension in _CA_EXTENSIONS)
    return without_extensions and any(
        other.certificate.issuer == own.subject and other != anchor for other in anchors.members
    )
