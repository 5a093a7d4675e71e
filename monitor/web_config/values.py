"""What a web configuration file says, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from ssl import TLSVersion


class ClientAuth(StrEnum):
    """Whether clients show a certificate; the values are Go's, as in the file."""

    NONE = "NoClientCert"
    VERIFY_IF_GIVEN = "VerifyClientCertIfGiven"
    REQUIRE_AND_VERIFY = "RequireAndVerifyClientCert"


@dataclass(frozen=True, slots=True)
class TlsServerConfig:
    """The section ``tls_server_config``.

    ``ciphers`` are in OpenSSL's names, for TLS up to 1.2, none for the library's own choice; ``curve`` is a
    name of OpenSSL or empty.
    """

    cert_file: Path
    key_file: Path
    client_auth: ClientAuth = ClientAuth.NONE
    client_ca_file: Path | None = None
    client_allowed_sans: tuple[str, ...] = ()
    min_version: TLSVersion = TLSVersion.TLSv1_2
    max_version: TLSVersion = TLSVersion.TLSv1_3
    ciphers: tuple[str, ...] = ()
    server_preference: bool = True
    curve: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files that it names."""
        return (self.cert_file, self.key_file, *filter(None, (self.client_ca_file,)))


@dataclass(frozen=True, slots=True)
class WebConfig:
    """One web configuration file; ``users`` are names with their bcrypt hashes.

    ``headers`` are those of every answer, names in lower case; ``http2`` is what is written, if anything.
    """

    path: Path
    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: TlsServerConfig | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    http2: bool | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files whose change matters."""
        return (self.path, *(self.tls.files if self.tls else ()))

    @property
    def names_users(self) -> bool:
        """Return whether anybody can say who they are: by a password or by a certificate."""
        return bool(self.users) or (self.tls is not None and self.tls.client_auth is not ClientAuth.NONE)
