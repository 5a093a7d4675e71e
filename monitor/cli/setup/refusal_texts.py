"""Reasons for which setup refuses an answer, or cannot go on."""

from monitor.model import Message, message
from monitor.model.message import plain

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

NO_TERMINAL = plain(
    "setup_no_terminal",
    "setup asks questions, and there is no terminal to ask on. With --non-interactive it takes all answers "
    "from options; cert-monitor setup --help lists them",
)
LOGIN_REFUSED = plain(
    "setup_login_refused",
    "the site refused this login: check user name, password and kind of login (basic or windows)",
)
ONCE_MORE = plain("setup_once_more", "then once more, with these answers in brackets")
SHOWS_NOTHING = plain("setup_shows_nothing", "it answers without a certificate")


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


@message(
    "setup_rights_missing",
    "the role of the login lacks {rights:open}: what it may not read is not watched (docs/xprotect.md, "
    "Rights)",
)
def rights_missing(*, rights: tuple[str, ...]) -> None: ...


@message("setup_site_failed", "the site cannot be read: {problem}")
def site_failed(*, problem: Message) -> None: ...


@message("setup_mail_refused", "the test mail was not accepted: {problem}")
def mail_refused(*, problem: str) -> None: ...


@message("setup_configuration_wrong", "the configuration would not be valid: {problem}")
def configuration_wrong(*, problem: str) -> None: ...


@message("setup_missing", "{option} is missing: {question}")
def missing(*, option: str, question: Message) -> None: ...


@message("setup_wrong_option", "{option}: {reason}")
def wrong_option(*, option: str, reason: Message) -> None: ...
