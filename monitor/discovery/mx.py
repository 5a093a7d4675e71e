"""Find the mail servers of a domain through its MX records (RFC 5321 section 5.1); sends no mail."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from monitor.addresses import is_ip, join_host_port, read_host
from monitor.discovery.base import BaseDiscovery, DiscoveryResult
from monitor.discovery.records import Query, Record, Records, SystemRecords, servers
from monitor.discovery.settings import DiscoverySettings
from monitor.model import DiscoveredTarget
from monitor.parse import display
from monitor.settings import Duration

_SMTP = 25


class MxSettings(DiscoverySettings):
    """Configuration of one domain whose every mail server is watched."""

    kind: Literal["mx"]
    domain: str = Field(description="mail domain, such as vms.example")
    refresh: Duration = Field(timedelta(minutes=5), description="time between two look-ups")
    grace: Duration = Field(
        timedelta(days=1), description="how long a server that is no longer listed stays watched"
    )

    @field_validator("domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        try:
            name = read_host(value)
        except ValueError:
            raise ValueError("must be a mail domain, such as vms.example") from None
        if is_ip(name):
            raise ValueError("is an address, which has no MX records; use kind: endpoint")
        return name

    @property
    def name(self) -> str:
        """Return the display name: the domain."""
        return self.domain

    @property
    def id(self) -> str:
        """Return ``mx:DOMAIN``."""
        return f"mx:{self.domain}"

    def discovery(self, records: Records | None = None) -> "MxDiscovery":
        """Return the discovery that these settings describe; by default with the system's name servers."""
        return MxDiscovery(self, records or SystemRecords())


class MxDiscovery(BaseDiscovery):
    """Find the mail servers of one domain."""

    def __init__(self, settings: MxSettings, records: Records) -> None:
        """Prepare to look up these records."""
        super().__init__(settings)
        self._settings = settings
        self._records = records

    async def discover(self) -> DiscoveryResult:
        """Return port 25 of each mail server, the most preferred first.

        A domain without MX records is a failure: delivery to its own address (RFC 5321 section 5.1) is rarely
        intended.
        """
        domain = self._settings.domain
        query = Query(
            domain,
            "MX",
            f"{domain} says that it takes no mail",  # RFC 7505
            lambda record: f"{domain} names the mail server {display(record.host)!r}, which cannot be",
        )
        return await servers(self._records, query, self._found, self.id)

    async def close(self) -> None:
        """Close the record lookup."""
        self._records.close()

    def _found(self, record: Record) -> DiscoveredTarget:
        server = read_host(record.host)
        title = f"{self._settings.title or f'MX {self._settings.domain}'} ({server})"
        return DiscoveredTarget(join_host_port(server, _SMTP), server, (), title, protocol="smtp")
