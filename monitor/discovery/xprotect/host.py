"""The endpoints of one computer whose roles are configured; sends nothing and needs no login."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from monitor.addresses import read_host
from monitor.discovery.settings import DiscoverySettings
from monitor.model import DiscoveredTarget
from monitor.xprotect import Presets, SiteList, host_endpoints


class XProtectHostSettings(DiscoverySettings):
    """Configuration of one computer and its roles; each port of a role becomes an endpoint."""

    asks = False

    kind: Literal["xprotect_host"]
    host: str = Field(description="DNS name or IP address of the computer")
    roles: tuple[str, ...] = Field(
        min_length=1, description="roles of the computer, such as recording_server"
    )
    name: str = Field("", description="name of the computer for people; else its host name")

    @field_validator("host")
    @classmethod
    def _host(cls, value: str) -> str:
        return read_host(value)

    @field_validator("roles")
    @classmethod
    def _roles(cls, values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        # The user's own roles are known only once the whole configuration is read.
        presets = (info.context or {}).get("presets") or Presets.built_in()
        unknown = next((value for value in values if value not in presets.roles), None)
        if unknown is not None:
            raise ValueError(f"unknown role {unknown}; allowed: {', '.join(presets.roles)}")
        return tuple(dict.fromkeys(values))

    @property
    def id(self) -> str:
        """Return ``xprotect_host:HOST``."""
        return f"xprotect_host:{self.host}"

    def found(self, presets: Presets) -> tuple[DiscoveredTarget, ...]:
        """Return one endpoint for each port of each role; a shared port is listed once."""
        return self._list(presets).found

    def notes(self, presets: Presets) -> tuple[str, ...]:
        """Return notes about the ports of the roles that are not watched, and why."""
        return self._list(presets).notes

    def _list(self, presets: Presets) -> SiteList:
        name = self.name or self.title
        return host_endpoints(self.host, self.roles, presets, name=name, site=self.labels.get("site", ""))
