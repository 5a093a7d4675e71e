"""The kinds of configured things that yield targets; looks at no certificate and knows no source.

A new kind is one file and its entry in the union below.
"""

from monitor.discovery.dns import Addresses, DnsDiscovery, DnsSettings
from monitor.discovery.found import Discovered, Discovery

DiscoveryKind = DnsSettings
DISCOVERIES = (DnsSettings,)
"""Every settings class whose entries yield targets instead of being one."""

__all__ = [
    "DISCOVERIES",
    "Addresses",
    "Discovered",
    "Discovery",
    "DiscoveryKind",
    "DnsDiscovery",
    "DnsSettings",
]
