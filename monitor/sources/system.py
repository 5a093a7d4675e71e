"""The anchors that the operating system trusts; reads its store and nothing else."""

import contextlib
import ssl
import sys
from collections.abc import Mapping

import certifi

from monitor import parse
from monitor.assess import Anchor
from monitor.model import Failure, Reason
from monitor.sources.certfile import CertFile, UnfitError, read_file
from monitor.sources.walk import failure_of

SYSTEM = "system"

# Debian and Arch, Fedora and RHEL, openSUSE, Alpine and macOS, in the order tried.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def bundle(known: Mapping[str, CertFile]) -> tuple[dict[str, CertFile], tuple[Failure, ...]]:
    """Return the first bundle that holds certificates with its path, and what is wrong with those before it.

    ``known`` is what was returned before; an unchanged bundle is not read again.
    """
    problems: list[Failure] = []
    for path in bundles():
        try:
            one = read_file(path, known.get(path))
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(failure_of(error, path))
        except UnfitError as error:
            problems.append(Failure(error.reason, str(error), path))
        else:
            if one.certificates:
                return {path: one}, tuple(problems)
    problems.append(Failure(Reason.NOT_FOUND, "this machine has no bundle of trusted CAs", SYSTEM))
    return {}, tuple(problems)


def bundles() -> tuple[str, ...]:
    """Return the bundles to try in turn; SSL_CERT_FILE comes first, as for OpenSSL's own programs."""
    default = ssl.get_default_verify_paths().cafile
    return ((default,) if default else ()) + (*_BUNDLES, certifi.where())


def windows_anchors() -> tuple[Anchor, ...]:
    """Return what the stores ROOT and CA hold (LocalMachine's and the user's together); nothing elsewhere."""
    anchors: list[Anchor] = []
    for der in _windows_ders():
        # One odd certificate that the system ships is not the administrator's problem.
        with contextlib.suppress(parse.UnreadableCertificateError):
            anchors.append(Anchor(parse.certificate(der), der, "Windows certificate store"))
    return tuple(anchors)


if sys.platform == "win32":

    def _windows_ders() -> list[bytes]:
        found = [entry for store in ("ROOT", "CA") for entry in ssl.enum_certificates(store)]
        return list(dict.fromkeys(der for der, encoding, _ in found if encoding == "x509_asn"))

else:

    def _windows_ders() -> list[bytes]:
        return []
