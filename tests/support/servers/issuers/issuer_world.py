"""A clock, a table of names and what fetches from loopback, for tests of asking issuers."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509

from monitor.http.fetch import Fetcher
from monitor.http.policy import UrlPolicy
from monitor.issuers.fetched_crl import FetchedCrl, read_crl
from monitor.issuers.verdict import IssuerPair
from monitor.network.client_tls import unverified_context
from support import pki
from support.pki.crls import URL

NOW = pki.NOW
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LOOPBACK = UrlPolicy.of(("127.0.0.0/8", "::1"))


def leaf(
    ca: pki.Issued, *extensions: tuple[x509.ExtensionType, bool], subject: str = "rec.example"
) -> pki.Issued:
    """Return a server certificate with these extensions."""
    return pki.issue(subject, ca, names=(subject,), extensions=extensions)


def pair(issued: pki.Issued, ca: pki.Issued) -> IssuerPair:
    """Return a certificate with its issuer's."""
    return IssuerPair(issued.certificate, ca.certificate)


def issued_list(data: bytes, url: str = URL) -> FetchedCrl:
    """Return a CRL as it is held."""
    return read_crl(data, url)


@dataclass
class Clock:
    """A clock that is set by tests; wall time and monotonic time advance together."""

    at: datetime = NOW

    def now(self) -> datetime:
        """Return the wall time."""
        return self.at

    def monotonic(self) -> float:
        """Return the wall time as seconds."""
        return self.at.timestamp()


@dataclass(frozen=True)
class AddressText:
    """A formatted address."""

    text: str


@dataclass
class Hosts:
    """Look names up in a table; a name that is not there is an address."""

    table: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def addresses(self, host: str, port: int) -> list[AddressText]:
        """Return what the table says."""
        self.asked.append(host)
        found = self.table.get(host, [host])
        if not found:
            raise OSError("no such name")
        return [AddressText(one) for one in found]


def fetcher(hosts: Hosts | None = None, policy: UrlPolicy = LOOPBACK) -> Fetcher:
    """Return what asks our server."""
    return Fetcher(hosts or Hosts(), policy, unverified_context())
