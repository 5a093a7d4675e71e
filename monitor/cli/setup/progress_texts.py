"""What setup says between its questions: what it does, what it found, what it wrote."""

from datetime import datetime

from monitor.model import Message, message
from monitor.model.message import plain

WELCOME = plain(
    "setup_welcome",
    "A few questions, a try of each answer, then the files. An answer in [brackets] is taken with Enter. "
    "Ctrl-C stops; until the end nothing is written.",
)
SECTION_FIRST = plain("setup_section_first", "What to watch")
SECTION_TRUST = plain("setup_section_trust", "Trust")
SECTION_MAIL = plain("setup_section_mail", "Mails")
SECTION_PAGE = plain("setup_section_page", "Web page")
SECTION_FILES = plain("setup_section_files", "Configuration")
SECTION_SERVICE = plain("setup_section_service", "Service")
COMPARE = plain(
    "setup_compare",
    "Compare it with the thumbprint of the CA on the server itself: certlm.msc, Trusted Root Certification "
    "Authorities, Certificates, the CA, Details, Thumbprint. Windows shows the SHA-1.",
)
PIN_CONSEQUENCE = plain(
    "setup_pin_consequence",
    "Without a CA, only this one certificate can be trusted (pinned). The consequence: when it is renewed, "
    "the new one is not trusted, and a site is not read, until you put the new one into the configuration; "
    "and no other server is trusted by it. A file with the CA is better.",
)
INTERRUPTED = plain("setup_interrupted", "setup was interrupted; nothing was written")
READING_FILES = plain("setup_reading_files", "reading the files ...")
LOGGING_IN = plain("setup_logging_in", "logging in, reading the site and checking what it names ...")
CA_OFFERED = plain(
    "setup_ca_offered", "The server sends the certificate of its CA, which this machine does not trust yet:"
)
CA_KNOWN = plain("setup_ca_known", "The server's certificate comes from a CA that this machine trusts:")
STARTED = plain(
    "setup_started", "The service is started. The first mail, the inventory, comes within a minute or two."
)
MAIL_SENT = plain("setup_mail_sent", "The test mail was accepted; look whether it arrives.")


@message(
    "setup_login_rights",
    "A role with these rights is enough, as docs/xprotect.md says under Rights: {rights:open}; only XProtect "
    "Corporate has such roles, other products need an administrator.",
)
def login_rights(*, rights: tuple[str, ...]) -> None: ...


@message("setup_connecting", "connecting to {where} ...")
def connecting(*, where: str) -> None: ...


@message("setup_sending", "sending a test mail through {relay} ...")
def sending(*, relay: str) -> None: ...


@message(
    "setup_ca_unknown",
    "The certificate of {where} comes from {issuer}. This machine does not trust that CA, and the server "
    "does not send it.",
)
def ca_unknown(*, where: str, issuer: str) -> None: ...


@message("setup_leaf_shown", "The certificate that {where} shows:")
def leaf_shown(*, where: str) -> None: ...


@message("setup_valid_until", "valid until {not_after:day}")
def valid_until(*, not_after: datetime) -> None: ...


@message(
    "setup_watches",
    "Found: {count} address to watch.",
    "Found: {count} addresses to watch.",
)
def watches(*, count: int) -> None: ...


@message(
    "setup_certificates",
    "It will watch {count} certificate.",
    "It will watch {count} certificates.",
)
def certificates(*, count: int) -> None: ...


@message(
    "setup_no_answer",
    "{count} address does not answer now: {where:open}",
    "{count} addresses do not answer now: {where:open}",
)
def no_answer(*, count: int, where: tuple[str, ...]) -> None: ...


@message("setup_component", "{name}: {number}")
def component(*, name: Message, number: int) -> None: ...


@message("setup_note", "note: {text}")
def note(*, text: str) -> None: ...


@message("setup_warning", "warning: {problem}")
def warning(*, problem: Message) -> None: ...


@message("setup_written", "written: {path}")
def written(*, path: str) -> None: ...


@message(
    "setup_start_failed",
    "The configuration is written, but the service could not be started: {problem}. When that is mended: "
    "{command}",
)
def start_failed(*, problem: str, command: str) -> None: ...


@message("setup_start_with", "Start it with: {command}")
def start_with(*, command: str) -> None: ...
