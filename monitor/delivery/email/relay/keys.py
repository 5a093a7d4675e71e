"""The keys of one mail relay: where it is, how it is protected, and the login."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from monitor.addresses import is_loopback_host, read_url
from monitor.delivery.email.relay.access_token import TokenSettings
from monitor.delivery.email.relay.settings import RelaySettings, Security
from monitor.secrets import SecretReference
from monitor.settings import Duration, Host, LocalPath, Settings, pattern

# A name, or an address in brackets (RFC 5321 section 4.1.3).
_EHLO_NAME = re.compile(r"[^\s/@]+")
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,252}", re.ASCII)
_NO_TENANTS = ("common", "organizations", "consumers")
_A_URL = "must be a URL such as https://login.vms.example/oauth2/token"
# https://learn.microsoft.com/exchange/client-developer/legacy-protocols/
# how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth, and, for the address,
# https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
_MICROSOFT_URL = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
_MICROSOFT_SCOPE = "https://outlook.office365.com/.default"

MICROSOFT_RELAYS = ("smtp.office365.com", "smtp-legacy.office365.com")
"""Where Microsoft 365 takes mails after a login."""


def _ehlo_name(value: str) -> str:
    if not _EHLO_NAME.fullmatch(value):
        raise ValueError("must be a host name or an address")
    return value


def _tenant(value: str) -> str:
    if not _TENANT.fullmatch(value) or value.lower() in _NO_TENANTS:
        raise ValueError("must be the organization's directory (tenant) ID, or one of its domains")
    return value


def _token_url(value: str) -> str:
    url = read_url(value, ("https", "http"), _A_URL)
    if " " in value or not value.isascii():
        raise ValueError(f"{_A_URL}, without spaces")
    if url.has_login:
        raise ValueError("must not contain a user name or password; use client_id and client_secret_file")
    if url.parts.scheme != "https" and not is_loopback_host(url.host):
        raise ValueError("http would send the client secret in the clear; write https://")
    return url.parts._replace(path=url.parts.path or "/", fragment="").geturl()


def _word(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must not contain line breaks or control characters")
    return value


EhloName = Annotated[str, AfterValidator(_ehlo_name), pattern("[^ /@]+")]
Tenant = Annotated[str, AfterValidator(_tenant), pattern(_TENANT.pattern)]
TokenUrl = Annotated[str, AfterValidator(_token_url), pattern("https?://[^ ]+")]
Word = Annotated[str, AfterValidator(_word)]


class OAuth2Settings(Settings):
    """Where the access tokens come from that take the place of a password."""

    provider: Literal["microsoft365"] | None = Field(
        None, description="whose addresses are known: microsoft365, which needs tenant"
    )
    tenant: Tenant | None = Field(None, description="directory (tenant) ID or domain in Microsoft Entra")
    token_url: TokenUrl | None = Field(None, description="address of any other token server")
    scope: Word | None = Field(None, min_length=1, description="scope that this token server wants")
    client_id: Word = Field(min_length=1, description="application (client) ID")
    client_secret_file: LocalPath | None = Field(None, description="file with the client secret")
    client_secret_env: str | None = Field(
        None, min_length=1, description="environment variable with the client secret"
    )
    ca: LocalPath | None = Field(
        None, description="PEM file with the CA of a token server that the system does not trust"
    )

    @model_validator(mode="after")
    def _one_server(self) -> "OAuth2Settings":
        if (self.provider is None) == (self.token_url is None):
            raise ValueError("needs either provider: microsoft365 or token_url")
        if self.provider is not None and self.tenant is None:
            raise ValueError("provider: microsoft365 needs tenant")
        if self.provider is not None and self.scope is not None:
            raise ValueError("the scope of microsoft365 is known; leave scope out")
        if self.provider is None and self.tenant is not None:
            raise ValueError("tenant is a part of the address in token_url; leave it out")
        return self

    @model_validator(mode="after")
    def _one_secret(self) -> "OAuth2Settings":
        if SecretReference.of(self.client_secret_file, self.client_secret_env) is None or (
            self.client_secret_file and self.client_secret_env
        ):
            raise ValueError("needs exactly one of client_secret_file and client_secret_env")
        return self

    def tokens(self, timeout: timedelta) -> TokenSettings:
        """Return where tokens come from."""
        url, scope = self.token_url or "", self.scope or ""
        if self.provider is not None:
            url, scope = _MICROSOFT_URL.format(tenant=self.tenant), _MICROSOFT_SCOPE
        secret = SecretReference(file=self.client_secret_file or "", env=self.client_secret_env or "")
        return TokenSettings(url, self.client_id, secret.resolve, scope, self.ca or "", timeout)


class RelayKeys(Settings):
    """A mail relay and the login there."""

    host: Host = Field(description="mail server")
    port: int = Field(25, strict=True, ge=1, le=65535, description="port of the mail server")
    security: Literal["none", "starttls", "tls"] = Field("none", description="encryption of the connection")
    username: str | None = Field(
        None, min_length=1, description="login name; needs password_file, password_env or oauth2"
    )
    password_file: LocalPath | None = Field(None, description="file with the password")
    password_env: str | None = Field(None, min_length=1, description="environment variable with the password")
    oauth2: OAuth2Settings | None = Field(
        None, description="login with access tokens (XOAUTH2) instead of a password, as Microsoft 365 demands"
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

    @model_validator(mode="after")
    def _login(self) -> "RelayKeys":
        references = (self.password_file is not None) + (self.password_env is not None)
        if self.oauth2 is not None and references:
            raise ValueError("oauth2 takes the place of a password; leave password_file and password_env out")
        if self.oauth2 is not None and self.username is None:
            raise ValueError("oauth2 needs username, the mailbox that sends")
        if self.username is not None and self.oauth2 is None and references != 1:
            raise ValueError("username needs exactly one of password_file, password_env and oauth2")
        if self.username is None and references:
            raise ValueError("a password without username is never used; add username")
        if self.username is not None and self.security == "none":
            raise ValueError("a login needs security: starttls or tls; a password never travels in the clear")
        return self

    def relay_for(self, sender: str) -> RelaySettings:
        """Return the relay for the mails of a sender."""
        return RelaySettings(
            host=self.host,
            sender=sender,
            port=self.port,
            security=Security(self.security),
            username=self.username or "",
            password=self.password.resolve if self.password else None,
            oauth2=self.oauth2.tokens(self.timeout) if self.oauth2 else None,
            ca=self.ca or "",
            timeout=self.timeout,
            ehlo_name=self.ehlo_name or "",
        )

    @property
    def password(self) -> SecretReference | None:
        """Return the reference to the password, ``None`` without a login or with access tokens."""
        if self.username is None or self.oauth2 is not None:
            return None
        return SecretReference(file=self.password_file or "", env=self.password_env or "")
