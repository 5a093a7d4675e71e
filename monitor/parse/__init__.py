"""Certificates, CRLs and key stores parsed from bytes: no I/O, no clock, no verdicts."""

from monitor.parse.certificate import UnreadableCertificateError, certificate
from monitor.parse.contents import FileContents, certificates_in
from monitor.parse.crl import UnreadableListError, revocation_list
from monitor.parse.display import display
from monitor.parse.stores.aliased import AliasedCertificates
from monitor.parse.stores.any_form import holding
from monitor.parse.stores.open_attempt import Passphrases

__all__ = [
    "AliasedCertificates",
    "FileContents",
    "Passphrases",
    "UnreadableCertificateError",
    "UnreadableListError",
    "certificate",
    "certificates_in",
    "display",
    "holding",
    "revocation_list",
]
