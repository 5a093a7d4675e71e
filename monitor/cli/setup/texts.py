"""What setup says and asks: questions, reasons for which an answer is refused, and results."""

from datetime import datetime

from monitor.model import Message, message
from monitor.model.message import plain

# Questions.
ASK_DIRECTORY = plain("setup_ask_directory", "Folder for the configuration")
ASK_FIRST = plain("setup_ask_first", "What to watch first? More can be added later")
FIRST_SITE = plain("setup_first_site", "a Milestone XProtect site with all its servers and cameras")
FIRST_TARGET = plain("setup_first_target", "a server, by host and port")
FIRST_FOLDER = plain("setup_first_folder", "certificates in files")
ASK_SITE = plain("setup_ask_site", "Address of the management server, such as https://vms01.vms.example")
ASK_TARGET = plain("setup_ask_target", "Host and port, such as portal.vms.example:443")
ASK_FOLDER = plain("setup_ask_folder", "Folder or file with certificates")
ASK_LOGIN = plain("setup_ask_login", "Which kind of login at the site?")
LOGIN_BASIC = plain("setup_login_basic", "a basic user of the VMS")
LOGIN_WINDOWS = plain("setup_login_windows", "a Windows account, written DOMAIN\\name")
ASK_USERNAME = plain("setup_ask_username", "User name at the site; a role that may only read is enough")
ASK_PASSWORD = plain("setup_ask_password", "Password (it is not shown)")
ASK_SMTP = plain(
    "setup_ask_smtp",
    "Mail relay, HOST or HOST:PORT (none: nobody is sent mails)",
)
ASK_SMTP_SECURITY = plain("setup_ask_smtp_security", "How is the connection to the relay encrypted?")
SECURITY_NONE = plain("setup_security_none", "not at all, usual on port 25 inside a network")
SECURITY_STARTTLS = plain("setup_security_starttls", "after STARTTLS, usual on port 587")
SECURITY_TLS = plain("setup_security_tls", "from the beginning, usual on port 465")
ASK_SMTP_CA = plain(
    "setup_ask_smtp_ca",
    "File with the CA of the relay's certificate (empty: the CAs that this machine trusts)",
)
ASK_SMTP_USERNAME = plain(
    "setup_ask_smtp_username",
    "User name at the relay (empty: it needs no login)",
)
ASK_SMTP_PASSWORD = plain("setup_ask_smtp_password", "Password at the relay (it is not shown)")
ASK_SENDER = plain("setup_ask_sender", "Sender of the mails, such as certs@vms.example")
ASK_RECIPIENTS = plain("setup_ask_recipients", "Recipients of the mails, separated by commas")
ASK_TIMEZONE = plain("setup_ask_timezone", "Time zone of dates in mails, such as Europe/Lisbon")
ASK_PAGE = plain(
    "setup_ask_page",
    "Address of the web page: loopback, which only this machine reaches, or ADDRESS:PORT, such as "
    "0.0.0.0:9850, which needs a user, a password and a certificate",
)
ASK_PAGE_USER = plain("setup_ask_page_user", "User of the page")
ASK_PAGE_PASSWORD = plain("setup_ask_page_password", "Password of this user (it is not shown)")
ASK_PAGE_CERTIFICATE = plain("setup_ask_page_certificate", "File with the page's certificate (PEM)")
ASK_PAGE_KEY = plain("setup_ask_page_key", "File with the private key of this certificate (PEM)")
ASK_EXTERNAL_URL = plain(
    "setup_ask_external_url",
    "Address by which people reach the page, for links in mails, such as https://certs.vms.example "
    "(empty: no links)",
)
ASK_START = plain("setup_ask_start", "Install and start the service now?")
ASK_SYSTEM = plain("setup_ask_system", "Trust this CA here too?")
ASK_OFFERED = plain("setup_ask_offered", "Is it the same there, so that this CA is to be trusted?")
ASK_TRUST = plain(
    "setup_ask_trust",
    "File with the CA that issued the server's certificate (empty: there is none)",
)
ASK_PIN = plain("setup_ask_pin", "Trust this one certificate all the same?")
ASK_UNTRUSTED = plain("setup_ask_untrusted", "Watch it without trust?")
ASK_KEEP_RELAY = plain("setup_ask_keep_relay", "Keep these settings of mails as they are?")

YES, NO = plain("setup_yes", "yes"), plain("setup_no", "no")

# Why an answer is refused.
EMPTY = plain("setup_empty", "this needs an answer")
YES_OR_NO = plain("setup_yes_or_no", "please answer yes or no")
NOT_PRINTABLE = plain("setup_not_printable", "it has a character that cannot be printed")
NO_SITE = plain(
    "setup_no_site",
    "the address of a management server is https://HOST or https://HOST:PORT, without a path or a login",
)
NO_TARGET = plain(
    "setup_no_target",
    "write HOST:PORT, such as portal.vms.example:443, or a URL such as smtp://relay.vms.example:25",
)
NO_RELAY = plain("setup_no_relay", "write HOST or HOST:PORT, such as relay.vms.example:25, or none")
NO_TIMEZONE = plain(
    "setup_no_timezone", "there is no such time zone; one is Europe/Lisbon, America/Sao_Paulo or UTC"
)
NO_PAGE = plain("setup_no_page", "write loopback, or an address and a port such as 0.0.0.0:9850")
NO_USER = plain("setup_no_user", "a user name has 1 to 100 printable characters and no colon")
NO_EXTERNAL_URL = plain(
    "setup_no_external_url", "write an address such as https://certs.vms.example, without a path"
)
NEEDLESS = plain(
    "setup_needless",
    "it has no meaning with the other answers; a login at a relay needs --smtp-security starttls or tls",
)
PAGE_IN_CLEAR = plain(
    "setup_page_in_clear",
    "a page that other machines reach needs a certificate and its key, or passwords would travel unencrypted",
)
MICROSOFT = plain(
    "setup_microsoft",
    "Microsoft 365 takes no passwords for sending mail, and setup does not ask for access tokens: answer "
    "none, and add the section email as docs/mail-delivery.md says",
)
NO_ADMINISTRATOR = plain(
    "setup_no_administrator",
    "only an administrator can write there: open the command prompt with Run as administrator, or choose "
    "another folder",
)
NO_TRUST = plain(
    "setup_no_trust", "without trust in its certificate no password is sent there; name another server"
)


@message("setup_ask_language", "Language of these questions and of the mails ({languages:open})")
def ask_language(*, languages: tuple[str, ...]) -> None: ...


@message(
    "setup_no_mailbox",
    "{given:quoted} is not a mail address such as admins@vms.example or Admins <admins@vms.example>",
)
def no_mailbox(*, given: str) -> None: ...


@message("setup_not_one_of", "please answer one of {words}")
def not_one_of(*, words: tuple[str, ...]) -> None: ...


@message("setup_listed_twice", "{address} is named twice")
def named_twice(*, address: str) -> None: ...


@message("setup_no_file", "{path} cannot be read: {error}")
def no_file(*, path: str, error: str) -> None: ...


@message("setup_no_certificate", "{path} has no certificate that can be read")
def no_certificate(*, path: str) -> None: ...


@message("setup_nothing_there", "there is nothing at {path}")
def nothing_there(*, path: str) -> None: ...


@message(
    "setup_exists",
    "{path} exists, and setup overwrites nothing: choose another folder, or move it away first",
)
def exists(*, path: str) -> None: ...


@message("setup_no_folder", "{path} is not a folder")
def no_folder(*, path: str) -> None: ...


@message("setup_no_right", "you may not write into {path}: choose another folder, or run setup as root")
def no_right(*, path: str) -> None: ...


@message("setup_unwritable", "{path} cannot be written: {error}")
def unwritable(*, path: str, error: str) -> None: ...


@message("setup_unreachable", "{where} shows no certificate: {problem}")
def unreachable(*, where: str, problem: Message) -> None: ...


@message("setup_name_differs", "{problem}; use a name that the certificate includes as the address")
def name_differs(*, problem: Message) -> None: ...


@message("setup_unfit", "no password is sent there before its certificate is renewed: {problem}")
def unfit(*, problem: Message) -> None: ...


@message("setup_did_not_issue", "it did not issue the certificate of {where}: {problem}")
def did_not_issue(*, where: str, problem: Message) -> None: ...


@message("setup_other_pin", "{where} shows another certificate: its SHA-256 is {sha256}")
def other_pin(*, where: str, sha256: str) -> None: ...


@message(
    "setup_not_trusted",
    "{where} shows a certificate of {issuer}, which this machine does not trust. Nothing is trusted on first "
    "sight: name the CA's file with --trust FILE, or this one certificate with --pin {sha256}, after you "
    "compared it on the server",
)
def not_trusted(*, where: str, issuer: str, sha256: str) -> None: ...


@message("setup_login_failed", "the login failed: {problem}")
def login_failed(*, problem: Message) -> None: ...


@message("setup_site_failed", "the site cannot be read: {problem}")
def site_failed(*, problem: Message) -> None: ...


@message("setup_mail_refused", "the test mail was not accepted: {problem}")
def mail_refused(*, problem: str) -> None: ...


LOGIN_REFUSED = plain(
    "setup_login_refused",
    "the site refused this login: check user name, password and kind of login (basic or windows)",
)
ONCE_MORE = plain("setup_once_more", "then once more, with these answers in brackets")
SHOWS_NOTHING = plain("setup_shows_nothing", "it answers without a certificate")


@message("setup_configuration_wrong", "the configuration would not be valid: {problem}")
def configuration_wrong(*, problem: str) -> None: ...


# What is said meanwhile.
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
NO_TERMINAL = plain(
    "setup_no_terminal",
    "setup asks questions, and there is no terminal to ask on. With --non-interactive it takes all answers "
    "from options; cert-monitor setup --help lists them",
)
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


@message("setup_missing", "{option} is missing: {question}")
def missing(*, option: str, question: Message) -> None: ...


@message("setup_wrong_option", "{option}: {reason}")
def wrong_option(*, option: str, reason: Message) -> None: ...


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
