"""Turn bytes from outside into the product's words: no I/O, no clock, nothing judged."""

from monitor.parse.certificate import UnreadableCertificateError, certificate
from monitor.parse.contents import Contents, certificates_in
from monitor.parse.crl import UnreadableListError, revocation_list
from monitor.parse.display import display
from monitor.parse.stores.any_form import holding
from monitor.parse.stores.holding import Holding
from monitor.parse.stores.opening import Passphrases

__all__ = [
    "Contents",
    "Holding",
    "Passphrases",
    "UnreadableCertificateError",
    "UnreadableListError",
    "certificate",
    "certificates_in",
    "display",
    "holding",
    "revocation_list",
]
