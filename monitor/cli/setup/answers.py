"""The answers to the questions of setup, as values."""

from dataclasses import dataclass
from enum import StrEnum

from monitor.addresses import is_loopback_host, listen_address
from monitor.model import Message
from monitor.secrets import Secret


class AnswerRefusedError(Exception):
    """An answer cannot be used; ``reason`` says why."""

    def __init__(self, reason: Message) -> None:
        """Store the reason."""
        super().__init__(reason.text)
        self.reason = reason


class First(StrEnum):
    """What is watched first."""

    SITE = "site"
    TARGET = "target"
    FOLDER = "folder"


class Basis(StrEnum):
    """What trust in the first server rests on."""

    SYSTEM = "system"
    CA = "ca"
    PINNED = "pinned"


@dataclass(frozen=True, slots=True)
class TrustedCertificates:
    """The certificates (DER) that are trusted besides those of the machine, and why."""

    basis: Basis = Basis.SYSTEM
    ders: tuple[bytes, ...] = ()
    """Without those that the machine trusts already."""


@dataclass(frozen=True, slots=True)
class SetupAnswers:
    """All answers; each field is named as its question, and empty before it."""

    language: str = "en"
    directory: str = ""
    first: str = ""
    site: str = ""
    target: str = ""
    folder: str = ""
    trusted: TrustedCertificates = TrustedCertificates()
    login: str = ""
    username: str = ""
    password: Secret | None = None
    smtp: str = ""
    smtp_security: str = ""
    smtp_ca: str = ""
    smtp_username: str = ""
    smtp_password: Secret | None = None
    sender: str = ""
    recipients: str = ""
    timezone: str = ""
    page: str = ""
    page_user: str = ""
    page_password: Secret | None = None
    page_certificate: str = ""
    page_key: str = ""
    external_url: str = ""
    start: str = ""

    @property
    def mails(self) -> bool:
        """Return whether there is a relay."""
        return bool(self.smtp)

    @property
    def guarded(self) -> bool:
        """Return whether other machines reach the page, which needs a user then."""
        return bool(self.page) and not is_loopback_host(listen_address(self.page).host)
