"""Turn bytes from outside into the product's words: no I/O, no clock, nothing judged."""

from monitor.parse.certificate import UnreadableCertificateError, certificate
from monitor.parse.contents import Contents, certificates_in
from monitor.parse.crl import UnreadableListError, revocation_list
from monitor.parse.display import display

__all__ = [
    "Contents",
    "UnreadableCertificateError",
    "UnreadableListError",
    "certificate",
    "certificates_in",
    "display",
    "revocation_list",
]
