"""The labels of the facts in mails; it decides nothing."""

from datetime import datetime

from monitor.model import message
from monitor.model.message import plain


@message("mail.instant", "{at}")
def instant(*, at: datetime) -> None: ...


@message("mail.instant_and_expiry", "{at} ({at:expires})")
def instant_and_expiry(*, at: datetime) -> None: ...


OLD_SHA1 = plain("mail.old_sha1", "Old thumbprint (SHA-1)")
OLD_SHA256 = plain("mail.old_sha256", "Old SHA-256")
NOT_KNOWN = plain("mail.not_known", "no longer known")
SUBJECT = plain("mail.fact_subject", "Subject")
NAMES = plain("mail.fact_names", "Names")
ISSUER = plain("mail.fact_issuer", "Issuer")
SERIAL = plain("mail.fact_serial", "Serial number")
SHA1 = plain("mail.fact_sha1", "Thumbprint (SHA-1)")
SHA256 = plain("mail.fact_sha256", "SHA-256")
VALID_FROM = plain("mail.fact_valid_from", "Valid from")
VALID_UNTIL = plain("mail.fact_valid_until", "Valid until")
COMPONENT = plain("mail.fact_component", "Component")
CERTIFICATE_GROUP = plain("mail.fact_certificate_group", "Certificate group")
SITE = plain("mail.fact_site", "Site")
OWNER = plain("mail.fact_owner", "Owner")
NOTE = plain("mail.fact_note", "Note")
