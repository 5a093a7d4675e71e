"""Questions that setup asks, and the answers that it offers."""

from monitor.model import message
from monitor.model.message import plain

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
ASK_USERNAME = plain("setup_ask_username", "User name at the site")
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


@message("setup_ask_language", "Language of these questions and of the mails ({languages:open})")
def ask_language(*, languages: tuple[str, ...]) -> None: ...
