"""The keys of the section ``email``: the relay, and what receivers by mail have in common."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from monitor.delivery.email.relay import RelaySettings, Security
from monitor.delivery.settings import LanguageCode, ZoneName
from monitor.secrets import SecretReference
from monitor.settings import DISTINCT, Duration, Host, LocalPath, Settings, distinct, pattern

# RFC 5321 allows far more, but that breaks relays and mail programs.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.:\[\]-]{1,253}", re.ASCII)
# A name, or an address in brackets (RFC 5321 section 4.1.3).
_EHLO_NAME = re.compile(r"[^\s/@]+")


def _mailbox(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("must be a mail address such as admins@vms.example")
    return value


def _ehlo_name(value: str) -> str:
    if not _EHLO_NAME.fullmatch(value):
        raise ValueError("must be a host name or an address")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox), pattern(_ADDRESS.pattern)]
Mailboxes = Annotated[tuple[Mailbox, ...], AfterValidator(distinct), DISTINCT]
EhloName = Annotated[str, AfterValidator(_ehlo_name), pattern("[^ /@]+")]


class EmailSettings(Settings):
    """The mail relay, sender and recipients."""

    # populate_by_name is left off: only ``from`` is a key of the file.
    host: Host = Field(description="mail server")
    port: int = Field(25, strict=True, ge=1, le=65535, description="port of the mail server")
    security: Literal["none", "starttls", "tls"] = Field("none", description="encryption of the connection")
    username: str | None = Field(
        None, min_length=1, description="login name; needs password_file or password_env"
    )
    password_file: LocalPath | None = Field(None, description="file with the password")
    password_env: str | None = Field(None, min_length=1, description="environment variable with the password")
    sender: Mailbox = Field(alias="from", description="sender address of mails")
    to: Mailboxes | None = Field(
        None, min_length=1, description="recipients of mails; they are the receiver email"
    )
    ca: LocalPath | None = Field(
        None, description="PEM file with the CAs that the mail server's certificate must come from"
    )
    timeout: Duration = Field(
        timedelta(seconds=30), description="longest time one step of a delivery may take"
    )
    ehlo_name: EhloName | None = Field(
        None, description="name of this machine in the SMTP greeting; else its own name"
    )
    language: LanguageCode = Field("en", description="language of the mails")
    timezone: ZoneName | None = Field(
        None, description="time zone of dates in mails, such as Europe/Lisbon; else this machine's"
    )

    @model_validator(mode="after")
    def _login(self) -> "EmailSettings":
        references = (self.password_file is not None) + (self.password_env is not None)
        if self.username is not None and references != 1:
            raise ValueError("username needs exactly one of password_file and password_env")
        if self.username is None and references:
            raise ValueError("a password without username is never used; add username")
        if self.username is not None and self.security == "none":
            raise ValueError("a login needs security: starttls or tls; a password never travels in the clear")
        return self

    def relay(self, sender: str | None = None) -> RelaySettings:
        """Return the relay, with the sender of a receiver that has its own."""
        return RelaySettings(
            host=self.host,
            sender=sender or self.sender,
            port=self.port,
            security=Security(self.security),
            username=self.username or "",
            password=self.password.resolve if self.password else None,
            ca=self.ca or "",
            timeout=self.timeout,
            ehlo_name=self.ehlo_name or "",
        )

    @property
    def password(self) -> SecretReference | None:
        """Return the reference to the password, ``None`` without a login."""
        if self.username is None:
            return None
        return SecretReference(file=self.password_file or "", env=self.password_env or "")
