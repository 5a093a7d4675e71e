"""The configuration of one XProtect site: its address, a login, and what to watch; sends nothing."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from monitor.addresses import HTTPS_PORT, read_host
from monitor.discovery.settings import DiscoverySettings
from monitor.discovery.xprotect.address import Origin, origin
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.model import make_target_id
from monitor.secrets import SecretReference
from monitor.settings import Duration, LocalPath, Username
from monitor.windows.access import WindowsAccess

Include = Literal["servers", "failover", "services", "cameras", "child_sites"]
EVERYTHING_OF_ONE_SITE: tuple[Include, ...] = ("servers", "failover", "services", "cameras")


def _address(value: str) -> str:
    return origin(value).url


def _included(values: tuple[Include, ...]) -> tuple[Include, ...]:
    return tuple(dict.fromkeys(values))


class XProtectSiteSettings(DiscoverySettings):
    """Configuration of one site whose every certificate is watched."""

    kind: Literal["xprotect_site"]
    address: Annotated[str, AfterValidator(_address)] = Field(
        description="the management server, such as https://vms01.vms.example"
    )
    name: str = Field("", description="name of the site for people; else the site's own name")
    username: Username = Field(min_length=1, description="login name; DOMAIN\\name with login: windows")
    password_file: LocalPath | None = Field(None, description="file with the password")
    password_env: str | None = Field(None, min_length=1, description="environment variable with the password")
    login: Literal["basic", "windows"] = Field(
        "basic", description="basic: a user of the VMS; windows: a Windows account (NTLM or Negotiate)"
    )
    include: Annotated[tuple[Include, ...], AfterValidator(_included)] = Field(
        EVERYTHING_OF_ONE_SITE,
        min_length=1,
        description="parts of the site to watch; child_sites only when listed",
    )
    identity_hosts: tuple[str, ...] = Field(
        (), description="other hosts to which the password may be sent: identity providers, child sites"
    )
    allow_local: bool = Field(
        default=False,
        strict=True,
        description="also watch addresses that are valid only on the machine itself, such as localhost",
    )
    windows: WindowsAccess | None = Field(
        None,
        description="read the certificate stores of every server found: keys of "
        "windows_remote, without hosts",
    )
    refresh: Duration = Field(timedelta(hours=1), description="time between two queries of the site")
    grace: Duration = Field(
        timedelta(days=7), description="how long an endpoint that left the site stays watched"
    )

    @field_validator("identity_hosts")
    @classmethod
    def _hosts(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(read_host(value) for value in values)

    @model_validator(mode="after")
    def _one_password(self) -> "XProtectSiteSettings":
        if (self.password_file is None) == (self.password_env is None):
            raise ValueError("username needs exactly one of password_file and password_env")
        return self

    @property
    def origin(self) -> Origin:
        """Return host and port of the management server."""
        return origin(self.address)

    @property
    def id(self) -> str:
        """Return ``xprotect_site:HOST``, with the port unless it is 443."""
        where = self.origin
        return f"xprotect_site:{where.host if where.port == HTTPS_PORT else where.where}"

    @property
    def target_id(self) -> str:
        """Return the target id of the endpoint that serves the lists."""
        return make_target_id("endpoint", self.origin.where)

    @property
    def password(self) -> SecretReference:
        """Return the reference to the password."""
        return SecretReference(file=self.password_file or "", env=self.password_env or "")

    def warnings(self) -> tuple[str, ...]:
        """Return warnings about settings that are valid but have no or an unexpected effect."""
        return tuple(self._warnings())

    def machine_access(self) -> WindowsAccess | None:
        """Return the access to the stores of every server found."""
        return self.windows

    def memory(self, recorded: str) -> SiteMemory:
        """Return a memory restored from an earlier dump."""
        return SiteMemory.load(recorded)

    def may_log_in_at(self, name: str) -> bool:
        """Return whether the password may be sent to a host."""
        return name in (self.origin.host, *self.identity_hosts)

    def _warnings(self) -> Iterator[str]:
        children = "child_sites" in self.include
        if children and self.login == "basic":
            yield (
                f"{self.id}: a basic user does not reach child sites; use login: windows, "
                "or configure each child site with its own address and user"
            )
        elif children and not self.identity_hosts:
            yield (
                f"{self.id}: child sites on other hosts are named but not asked until their hosts are in "
                "identity_hosts"
            )
