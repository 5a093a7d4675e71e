"""Settings for reading a Windows machine over the network: configuration keys and their parsed value.

Shared by entries that name hosts and by blocks inside a site's entry; opens no connection, reads no secret.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.util import find_spec
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from monitor.secrets import ClientCertificate, SecretReference
from monitor.settings import LocalPath, TargetSettings, Username
from monitor.windows.stores import store_name as named

_STORE = re.compile(r"LocalMachine/[^\x00-\x1f/:\\*?\"'`$;|<>]{1,100}")
# [MS-PSRP] 3.1.5.3.1: the name becomes the end of a URI.
_CONFIGURATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")

WINRM_PLAIN = 5985
WINRM_TLS = 5986


class AuthMethod(StrEnum):
    """An authentication method; ``negotiate`` is Kerberos where possible and NTLM elsewhere."""

    NEGOTIATE = "negotiate"
    KERBEROS = "kerberos"
    NTLM = "ntlm"
    CERTIFICATE = "certificate"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class RemoteMachine:
    """A machine to read and how; secrets are references, read at probe time.

    ``stores`` are written ``LocalMachine/My``. ``username`` is empty for the identity of our own process (a
    Kerberos ticket, the Windows account it runs as) and for a login by certificate.
    """

    host: str
    port: int
    tls: bool = False
    auth: AuthMethod = AuthMethod.NEGOTIATE
    username: str = ""
    password: SecretReference | None = None
    identity: ClientCertificate | None = None
    configuration_name: str = ""
    stores: tuple[str, ...] = ("LocalMachine/My",)
    kind: Literal["windows_remote"] = field(default="windows_remote", kw_only=True)


def store_name(text: str) -> str:
    r"""Return ``LocalMachine/My`` for ``My``, ``LocalMachine/My`` and ``LocalMachine\My``.

    Raises ``ValueError`` for other locations: a remote login cannot access other users' stores.
    """
    try:
        full = str(named(text))
    except ValueError:
        full = ""
    if not _STORE.fullmatch(full):
        raise ValueError("a store is written as My or LocalMachine/My")
    return full


class WindowsAccess(TargetSettings):
    """The configuration keys for reading Windows machines, without the machines."""

    username: Username = Field(
        "", description="DOMAIN\\name or name@domain; a name alone is a local account of each machine"
    )
    password_file: LocalPath | None = Field(None, description="file with the password")
    password_env: str | None = Field(None, min_length=1, description="environment variable with the password")
    auth: AuthMethod = Field(
        AuthMethod.NEGOTIATE,
        description="negotiate, kerberos, ntlm; certificate and basic with tls: true only",
    )
    configuration_name: str = Field(
        "",
        description="name of the JEA endpoint (session configuration); PowerShell's own if left out",
    )
    stores: tuple[Annotated[str, AfterValidator(store_name)], ...] = Field(
        ("LocalMachine/My",), min_length=1, description="stores to read; My means LocalMachine/My"
    )
    tls: bool = Field(
        default=False,
        strict=True,
        description="WinRM over TLS (port 5986), verified with trust",
    )
    port: int | None = Field(
        None, ge=1, le=65535, strict=True, description="port, if not 5985, or 5986 with tls"
    )
    client_cert: LocalPath | None = Field(None, description="PEM file with the certificate to log in with")
    client_key: LocalPath | None = Field(
        None, description="PEM file with the key of client_cert; the same file if left out"
    )
    client_key_passphrase_file: LocalPath | None = Field(
        None, description="file with the passphrase of the key"
    )
    client_key_passphrase_env: str | None = Field(
        None, min_length=1, description="environment variable with the passphrase of the key"
    )

    @field_validator("configuration_name")
    @classmethod
    def _configuration(cls, text: str) -> str:
        if text and not _CONFIGURATION.fullmatch(text):
            raise ValueError("a session configuration's name has letters, digits, dots, - and _")
        return text

    @field_validator("stores")
    @classmethod
    def _once(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        first: dict[str, str] = {}
        for text in texts:
            first.setdefault(text.casefold(), text)
        return tuple(first.values())

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for rule in (_wrong_login, _wrong_certificate, _wrong_encryption, _not_installed):
            said = rule(self)
            if said:
                raise ValueError(said)
        return self

    def remote(self, host: str) -> RemoteMachine:
        """Return the machine of this name, with these settings."""
        identity = None
        if self.client_cert is not None:
            passphrase = SecretReference.of(self.client_key_passphrase_file, self.client_key_passphrase_env)
            identity = ClientCertificate(self.client_cert, self.client_key or self.client_cert, passphrase)
        return RemoteMachine(
            host=host,
            port=self.port or (WINRM_TLS if self.tls else WINRM_PLAIN),
            tls=self.tls,
            auth=self.auth,
            username=self.username,
            password=SecretReference.of(self.password_file, self.password_env),
            identity=identity,
            configuration_name=self.configuration_name,
            stores=self.stores,
        )


def _not_installed(_: WindowsAccess) -> str:
    if find_spec("pypsrp") is not None:
        return ""
    return "WinRM needs a library that is not installed here: pip install -r requirements/extras.txt"


def _wrong_login(keys: WindowsAccess) -> str:
    if keys.password_file is not None and keys.password_env is not None:
        return "only one of password_file and password_env can be used"
    named = bool(keys.password_file or keys.password_env)
    if keys.auth is AuthMethod.CERTIFICATE:
        return "auth: certificate uses no username and no password" if named or keys.username else ""
    if named and not keys.username:
        return "a password needs a username"
    if keys.auth is AuthMethod.KERBEROS or (keys.auth is AuthMethod.NEGOTIATE and not keys.username):
        return ""
    return "" if named else f"auth: {keys.auth} needs username, and password_file or password_env"


def _wrong_certificate(keys: WindowsAccess) -> str:
    if keys.client_key_passphrase_file is not None and keys.client_key_passphrase_env is not None:
        return "only one of client_key_passphrase_file and client_key_passphrase_env can be used"
    if (keys.client_cert is not None) != (keys.auth is AuthMethod.CERTIFICATE):
        return "auth: certificate and client_cert belong together"
    others = keys.client_key or keys.client_key_passphrase_file or keys.client_key_passphrase_env
    return "client_key needs client_cert" if others and keys.client_cert is None else ""


def _wrong_encryption(keys: WindowsAccess) -> str:
    if keys.tls:
        return ""
    if keys.auth in (AuthMethod.BASIC, AuthMethod.CERTIFICATE):
        return f"auth: {keys.auth} is used with tls: true only; without it anybody on the way reads along"
    return "port 5986 speaks TLS: set tls: true" if keys.port == WINRM_TLS else ""
