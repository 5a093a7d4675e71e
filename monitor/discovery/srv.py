"""Find the servers of a service that DNS announces in SRV records (RFC 2782); probes no certificate."""

import re
from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from monitor.addresses import HostPort, read_host
from monitor.discovery.base import BaseDiscovery, DiscoveryResult
from monitor.discovery.location import protocol_named
from monitor.discovery.records import Query, Record, Records, SystemRecords, servers
from monitor.discovery.settings import DiscoverySettings
from monitor.model import DiscoveredTarget
from monitor.parse import display
from monitor.settings import Duration

_NAME = re.compile(r"_([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\._([a-z0-9-]+)\.(.+)", re.ASCII)

# IANA service names that differ from the name of the protocol (RFC 6186, RFC 8314; XEP-0368).
_SERVICES = {
    "submission": "smtp",
    "submissions": "smtps",
    "postgresql": "postgres",
    "ms-sql-s": "mssql",
    "ms-wbt-server": "rdp",
    "xmpps-client": "tls",
    "xmpps-server": "tls",
    "domain-s": "dot",
    "secure-mqtt": "mqtts",
}


class SrvSettings(DiscoverySettings):
    """Configuration of one service whose every server is watched."""

    kind: Literal["srv"]
    name: str = Field(description="name of the SRV records, such as _ldaps._tcp.vms.example")
    protocol: str = Field("", description="protocol of the servers; else that of the service's name")
    server_name: str = Field(
        "", description="name that the certificates must include; else each server's own (XMPP: the domain)"
    )
    refresh: Duration = Field(timedelta(minutes=5), description="time between two look-ups")
    grace: Duration = Field(
        timedelta(days=1), description="how long a server that is no longer listed stays watched"
    )

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        parts = _NAME.fullmatch(value.lower().removesuffix("."))
        if parts is None:
            raise ValueError("must be _SERVICE._tcp.DOMAIN, such as _ldaps._tcp.vms.example")
        if parts[2] != "tcp":
            raise ValueError("only services over TCP can be watched: _SERVICE._tcp.DOMAIN")
        return f"_{parts[1]}._tcp.{read_host(parts[3])}"

    @field_validator("protocol")
    @classmethod
    def _protocol(cls, value: str) -> str:
        return protocol_named(value)

    @field_validator("server_name")
    @classmethod
    def _server_name(cls, value: str) -> str:
        return read_host(value) if value else ""

    @property
    def id(self) -> str:
        """Return ``srv:NAME``."""
        return f"srv:{self.name}"

    @property
    def service(self) -> str:
        """Return the service, such as ``ldaps``."""
        return self.name.partition(".")[0].removeprefix("_")

    @property
    def dialect(self) -> str:
        """Return the protocol of the servers, empty if the service name implies none."""
        if self.protocol:
            return self.protocol
        word = _SERVICES.get(self.service, self.service)
        try:
            return protocol_named(word)
        except ValueError:
            return ""

    @property
    def expected(self) -> str:
        """Return the name that every certificate must match, empty if it is the name of each server.

        XMPP servers have a certificate for the domain that they serve (RFC 6120 section 13.7.2.1).
        """
        if self.server_name or not self.service.startswith("xmpp"):
            return self.server_name
        return self.name.split(".", 2)[2]

    def discovery(self, records: Records | None = None) -> "SrvDiscovery":
        """Return the discovery that these settings describe; by default with the system's name servers."""
        return SrvDiscovery(self, records or SystemRecords())


class SrvDiscovery(BaseDiscovery):
    """Find the servers of one service."""

    def __init__(self, settings: SrvSettings, records: Records) -> None:
        """Prepare to look up these records."""
        super().__init__(settings)
        self._settings = settings
        self._records = records

    async def discover(self) -> DiscoveryResult:
        """Return one endpoint for each server and port, in the order in which clients try them."""
        name = self._settings.name
        query = Query(
            name,
            "SRV",
            f"{name} says that the service is not offered here",
            lambda record: f"{name} names {display(record.host)!r} port {record.port}, which cannot be",
        )
        return await servers(self._records, query, self._found, self.id)

    async def close(self) -> None:
        """Close the record lookup."""
        self._records.close()

    def _found(self, record: Record) -> DiscoveredTarget:
        if not record.port:
            raise ValueError("port 0")
        where = HostPort(read_host(record.host), record.port)
        settings = self._settings
        title = f"{settings.title} ({where})" if settings.title else ""
        return DiscoveredTarget(
            str(where), settings.expected or where.host, (), title, protocol=settings.dialect
        )
