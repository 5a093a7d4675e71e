"""The configuration of a list of targets in Prometheus' http_sd format; sends nothing.

Source: https://prometheus.io/docs/prometheus/latest/http_sd/ (status 200, ``application/json``, UTF-8).
"""

from datetime import timedelta
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field, model_validator

from monitor.addresses import is_loopback_host, read_url
from monitor.discovery.settings import DiscoverySettings
from monitor.secrets import SecretReference
from monitor.settings import Duration, LocalPath

_LOGINS = ("password_file", "password_env", "token_file", "token_env")
_A_URL = "must be a URL such as https://cmdb.vms.example/targets"


def _url(value: str) -> str:
    url = read_url(value, ("https", "http"), _A_URL)
    if " " in value:
        raise ValueError(f"{_A_URL}, without spaces")
    if url.has_login:
        raise ValueError("must not contain a user name or password; use username and password_file")
    return url.parts._replace(path=url.parts.path or "/", fragment="").geturl()


class HttpSdSettings(DiscoverySettings):
    """Configuration of one list of targets on a web server."""

    kind: Literal["http_sd"]
    url: Annotated[str, AfterValidator(_url)] = Field(
        description="URL of the list, such as https://cmdb.vms.example/targets"
    )
    name: str = Field("", description="name of the list for people; else its URL")
    username: str | None = Field(None, min_length=1, description="login name (basic authentication)")
    password_file: LocalPath | None = Field(None, description="file with the password")
    password_env: str | None = Field(None, min_length=1, description="environment variable with the password")
    token_file: LocalPath | None = Field(None, description="file with a bearer token")
    token_env: str | None = Field(None, min_length=1, description="environment variable with a bearer token")
    allow_plain: bool = Field(
        default=False,
        strict=True,
        description="fetch without TLS: anybody on the network path can change the list",
    )
    refresh: Duration = Field(timedelta(minutes=1), description="time between two requests")
    grace: Duration = Field(
        timedelta(hours=1), description="how long a target that left the list stays watched"
    )

    @model_validator(mode="after")
    def _one_login(self) -> "HttpSdSettings":
        given = [name for name in _LOGINS if getattr(self, name) is not None]
        if self.username is None and self.password_file is None and self.password_env is None:
            if len(given) > 1:
                raise ValueError("only one of token_file and token_env can be used")
        elif self.username is None:
            raise ValueError("a password without username is never used; add username")
        elif len(given) != 1 or given[0].startswith("token"):
            raise ValueError("username needs exactly one of password_file and password_env, and no token")
        return self

    @model_validator(mode="after")
    def _secured(self) -> "HttpSdSettings":
        parts = self._parts
        if parts.scheme == "https" or is_loopback_host(parts.hostname or ""):
            return self
        if self.secret is not None:
            raise ValueError("http would send the login in the clear; write https://")
        if not self.allow_plain:
            raise ValueError(
                "url: with http anybody on the network path can change the list; write https://, "
                "or allow_plain: true to accept that"
            )
        return self

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def id(self) -> str:
        """Return ``http_sd:NAME``, else the URL instead of the name, without its possibly secret query."""
        return f"http_sd:{self.name or self._parts._replace(query='').geturl()}"

    @property
    def secret(self) -> SecretReference | None:
        """Return the reference to the password or token, ``None`` without a login."""
        file, env = self.password_file or self.token_file, self.password_env or self.token_env
        return SecretReference.of(file, env)
