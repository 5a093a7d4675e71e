"""The anchors that the operating system trusts; reads its store and nothing else."""

import ssl
import sys
from collections.abc import Iterable
from pathlib import Path

import certifi

from monitor import parse
from monitor.assess import Anchor
from monitor.model import Failure, Reason

SYSTEM = "system"

# Debian and Arch, Fedora and RHEL, openSUSE, Alpine and macOS, in the order tried.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def system_anchors(platform: str = sys.platform) -> tuple[tuple[Anchor, ...], tuple[Failure, ...]]:
    """Return the anchors that this machine trusts, and what is wrong with its store.

    On Windows those of the stores ROOT and CA (LocalMachine and the user's together), elsewhere those of the
    first bundle that exists, certifi's when there is none.
    """
    if platform == "win32":
        return _anchors(_windows_ders(), "Windows certificate store")
    problems: list[Failure] = []
    for bundle in bundles():
        try:
            data = Path(bundle).read_bytes()
        except OSError as error:
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                problems.append(Failure(Reason.UNREADABLE, f"{bundle}: {error.strerror or error}", bundle))
            continue
        anchors, _ = _anchors(parse.certificates_in(data).ders, bundle)
        if anchors:
            return anchors, tuple(problems)
    return (), (*problems, Failure(Reason.NOT_FOUND, "this machine has no bundle of trusted CAs", SYSTEM))


def bundles() -> tuple[str, ...]:
    """Return the bundles to try in turn; SSL_CERT_FILE comes first, as for OpenSSL's own programs."""
    default = ssl.get_default_verify_paths().cafile
    return ((default,) if default else ()) + (*_BUNDLES, certifi.where())


def _anchors(ders: Iterable[bytes], origin: str) -> tuple[tuple[Anchor, ...], tuple[Failure, ...]]:
    anchors: list[Anchor] = []
    for der in ders:
        try:
            anchors.append(Anchor(parse.certificate(der), der, origin))
        except parse.UnreadableCertificateError:
            # One odd certificate that the system ships is not the administrator's problem.
            continue
    return tuple(anchors), ()


if sys.platform == "win32":

    def _windows_ders() -> list[bytes]:
        found = [entry for store in ("ROOT", "CA") for entry in ssl.enum_certificates(store)]
        return list(dict.fromkeys(der for der, encoding, _ in found if encoding == "x509_asn"))

else:

    def _windows_ders() -> list[bytes]:
        return []
