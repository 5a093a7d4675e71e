"""The one table of protocols that can be watched, by the word that configuration and ``check`` use.

One line for each; how a dialect speaks is in its own file. Ports are IANA's (or the maker's) unless a
comment says otherwise. No ALPN where a server answers without: one that does not know what we offer may
refuse the handshake (RFC 7301 section 3.2).
"""

from collections.abc import Mapping
from types import MappingProxyType

from monitor.dialects.dialogue import Dialect

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {
        dialect.name: dialect
        for dialect in (
            Dialect("tls", 443),
            Dialect("https", 443),
            Dialect("smtps", 465),
            Dialect("imaps", 993),
            Dialect("pop3s", 995),
            Dialect("ftps", 990),
            Dialect("ldaps", 636),
            Dialect("rtsps", 322),
            Dialect("winrm", 5986),
            Dialect("mqtts", 8883),
            Dialect("amqps", 5671),
            Dialect("dot", 853),
            # Azure's 6380 is its own habit: every client takes rediss:// without a port for 6379.
            Dialect("rediss", 6379),
        )
    }
)

PROTOCOLS: tuple[str, ...] = tuple(DIALECTS)
