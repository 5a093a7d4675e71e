"""The questions of setup as data: each with its option, its check and its default.

An answer is asked again, with the reason, until its check takes it.
"""

from collections.abc import Callable

from monitor.addresses import HostPort
from monitor.cli.setup import checks, question_texts
from monitor.cli.setup.answers import First, SetupAnswers
from monitor.cli.setup.layout import usable_directory
from monitor.cli.setup.question import SetupQuestion, choice, empty, fixed, yes_or_no
from monitor.messages import languages

_SECURITY = {587: "starttls", 465: "tls"}
"""What relays speak on the ports for submission (RFC 6409, RFC 8314)."""


def _directory(answers: SetupAnswers) -> str:
    return answers.directory


def _timezone(answers: SetupAnswers) -> str:
    return answers.timezone


def _relay_port(answers: SetupAnswers) -> int:
    return HostPort.parse(answers.smtp, checks.SMTP_PORT).port


def _mails(answers: SetupAnswers) -> bool:
    return answers.mails


def _encrypted(answers: SetupAnswers) -> bool:
    return answers.mails and answers.smtp_security != "none"


def _first(wanted: First) -> Callable[[SetupAnswers], bool]:
    return lambda answers: answers.first == wanted


def _guarded(answers: SetupAnswers) -> bool:
    return answers.guarded


LANGUAGE = SetupQuestion(
    "language",
    "--language",
    question_texts.ask_language(languages=tuple(languages())),
    checks.one_of(languages()),
    fixed("en"),
)
DIRECTORY = SetupQuestion(
    "directory", "--directory", question_texts.ASK_DIRECTORY, usable_directory, _directory
)
FIRST = choice(
    "first",
    "--site",
    question_texts.ASK_FIRST,
    (
        (First.SITE.value, question_texts.FIRST_SITE),
        (First.TARGET.value, question_texts.FIRST_TARGET),
        (First.FOLDER.value, question_texts.FIRST_FOLDER),
    ),
)
SITE = SetupQuestion("site", "--site", question_texts.ASK_SITE, checks.site, applies=_first(First.SITE))
TARGET = SetupQuestion(
    "target", "--target", question_texts.ASK_TARGET, checks.target, applies=_first(First.TARGET)
)
FOLDER = SetupQuestion(
    "folder", "--folder", question_texts.ASK_FOLDER, checks.folder, applies=_first(First.FOLDER)
)
WATCHED = (SITE, TARGET, FOLDER)

LOGIN = (
    choice(
        "login",
        "--login",
        question_texts.ASK_LOGIN,
        (("basic", question_texts.LOGIN_BASIC), ("windows", question_texts.LOGIN_WINDOWS)),
        applies=_first(First.SITE),
    ),
    SetupQuestion(
        "username", "--username", question_texts.ASK_USERNAME, checks.text, applies=_first(First.SITE)
    ),
    SetupQuestion(
        "password",
        "--password",
        question_texts.ASK_PASSWORD,
        checks.secret,
        applies=_first(First.SITE),
        secret=True,
    ),
)

MAIL = (
    SetupQuestion("smtp", "--smtp", question_texts.ASK_SMTP, checks.relay),
    choice(
        "smtp_security",
        "--smtp-security",
        question_texts.ASK_SMTP_SECURITY,
        (
            ("none", question_texts.SECURITY_NONE),
            ("starttls", question_texts.SECURITY_STARTTLS),
            ("tls", question_texts.SECURITY_TLS),
        ),
        lambda answers: _SECURITY.get(_relay_port(answers), "none"),
        _mails,
    ),
    SetupQuestion(
        "smtp_ca",
        "--smtp-ca",
        question_texts.ASK_SMTP_CA,
        checks.optional(checks.certificates),
        empty,
        _encrypted,
    ),
    SetupQuestion(
        "smtp_username",
        "--smtp-username",
        question_texts.ASK_SMTP_USERNAME,
        checks.optional(checks.text),
        empty,
        _encrypted,
    ),
    SetupQuestion(
        "smtp_password",
        "--smtp-password",
        question_texts.ASK_SMTP_PASSWORD,
        checks.secret,
        applies=lambda answers: _encrypted(answers) and bool(answers.smtp_username),
        secret=True,
    ),
    SetupQuestion("sender", "--from", question_texts.ASK_SENDER, checks.mailbox, applies=_mails),
    SetupQuestion("recipients", "--to", question_texts.ASK_RECIPIENTS, checks.mailboxes, applies=_mails),
    SetupQuestion(
        "timezone",
        "--timezone",
        question_texts.ASK_TIMEZONE,
        checks.optional(checks.timezone),
        _timezone,
        _mails,
    ),
)

PAGE = (
    SetupQuestion("page", "--page", question_texts.ASK_PAGE, checks.page, fixed("loopback")),
    SetupQuestion("page_user", "--page-user", question_texts.ASK_PAGE_USER, checks.user, applies=_guarded),
    SetupQuestion(
        "page_password",
        "--page-password",
        question_texts.ASK_PAGE_PASSWORD,
        checks.secret,
        applies=_guarded,
        secret=True,
    ),
    SetupQuestion(
        "page_certificate",
        "--page-certificate",
        question_texts.ASK_PAGE_CERTIFICATE,
        checks.optional(checks.certificates),
        empty,
        _guarded,
    ),
    SetupQuestion(
        "page_key",
        "--page-key",
        question_texts.ASK_PAGE_KEY,
        checks.file,
        applies=lambda answers: answers.guarded and bool(answers.page_certificate),
    ),
    SetupQuestion(
        "external_url",
        "--external-url",
        question_texts.ASK_EXTERNAL_URL,
        checks.optional(checks.external_url),
        empty,
    ),
)
START = yes_or_no("start", question_texts.ASK_START, "yes", "--start")
QUESTIONS = (LANGUAGE, DIRECTORY, FIRST, *WATCHED, *LOGIN, *MAIL, *PAGE, START)
"""All questions about answers, in their order; those of trust are in ``trust``."""
