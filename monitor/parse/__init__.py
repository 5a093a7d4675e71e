"""Certificates, CRLs and key stores parsed from bytes: no I/O, no clock, no verdicts."""

from monitor.parse.certificate import UnreadableCertificateError, parse_certificate
from monitor.parse.contents import FileContents, find_certificates
from monitor.parse.crl import UnreadableCrlError, parse_crl
from monitor.parse.display import display
from monitor.parse.stores.aliased import AliasedCertificates
from monitor.parse.stores.any_form import aliased_certificates
from monitor.parse.stores.open_attempt import Passphrases

__all__ = [
    "AliasedCertificates",
    "FileContents",
    "Passphrases",
    "UnreadableCertificateError",
    "UnreadableCrlError",
    "aliased_certificates",
    "display",
    "find_certificates",
    "parse_certificate",
    "parse_crl",
]
