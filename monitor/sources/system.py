"""The file with the trust anchors of the operating system; Windows has stores instead (``win32.anchors``)."""

import ssl
from collections.abc import Iterator, Mapping

from monitor.model import Failure, FailureReason
from monitor.sources import texts
from monitor.sources.files.certfile import CertFile, UnusableFileError, read_file
from monitor.sources.files.walk import failure_of

SYSTEM = "system"

# Debian and Arch, Fedora and RHEL, openSUSE, Alpine and macOS, in the order tried.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def bundle(known: Mapping[str, CertFile]) -> tuple[dict[str, CertFile], tuple[Failure, ...]]:
    """Return the first usable bundle by path, and the problems of the bundles before it.

    ``known`` is the previous result; an unchanged bundle is not read again.
    """
    problems: list[Failure] = []
    for path in bundles():
        try:
            one = read_file(path, known.get(path))
        except FileNotFoundError:
            continue
        except OSError as error:
            problems.append(failure_of(error, path))
        except UnusableFileError as error:
            problems.append(Failure(error.reason, error.message, path))
        else:
            if one.certificates:
                return {path: one}, tuple(problems)
    problems.append(Failure(FailureReason.NOT_FOUND, texts.NO_SYSTEM_BUNDLE, SYSTEM))
    return {}, tuple(problems)


def bundles() -> Iterator[str]:
    """Iterate over the paths of the bundles; SSL_CERT_FILE comes first, as in OpenSSL's own programs."""
    default = ssl.get_default_verify_paths().cafile
    if default:
        yield default
    yield from _BUNDLES
    import certifi  # noqa: PLC0415 - most systems have one of these

    yield certifi.where()
