"""Which certificate a server's ports are expected to serve: a thumbprint, or a file that has it."""

from dataclasses import dataclass
from pathlib import Path

from monitor.errors import UsageError
from monitor.model import Certificate
from monitor.parse import UnreadableCertificateError, find_certificates, parse_certificate

_SHA1, _SHA256 = 40, 64
_LARGEST = 1 << 20
_SEPARATORS = " :-\t\u200e\u200f\ufeff"
"""Between the digits, or before them: certlm.msc puts an invisible mark in front of what is copied."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """The thumbprint (SHA-1 or SHA-256, lower case) that each port has to serve."""

    thumbprint: str

    def is_met(self, certificate: Certificate) -> bool:
        """Return whether this is the expected certificate."""
        return self.thumbprint in (certificate.sha1.lower(), certificate.sha256.lower())


def expectation(command: str, text: str) -> Expectation:
    """Return what is expected; raise ``UsageError`` for neither a thumbprint nor a readable file."""
    digits = text.translate(dict.fromkeys(map(ord, _SEPARATORS))).lower().removeprefix("0x")
    if len(digits) in (_SHA1, _SHA256) and set(digits) <= set("0123456789abcdef"):
        return Expectation(digits)
    return Expectation(_of_file(command, Path(text)).sha256.lower())


def _of_file(command: str, file: Path) -> Certificate:
    try:
        with file.open("rb") as opened:
            ders = find_certificates(opened.read(_LARGEST)).ders
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{command}: --expect {file}: neither a thumbprint (40 or 64 hexadecimal digits) nor a file that "
            f"can be read ({getattr(error, 'strerror', None) or error})"
        ) from None
    found = [one for one in map(_readable, ders) if one is not None and not one.is_ca]
    if not found:
        raise UsageError(
            f"{command}: --expect {file}: there is no server certificate; export it as a .cer or .pem file"
        )
    return found[0]


def _readable(der: bytes) -> Certificate | None:
    try:
        return parse_certificate(der)
    except UnreadableCertificateError:
        return None
