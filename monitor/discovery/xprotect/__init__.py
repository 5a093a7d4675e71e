"""Discover the endpoints of XProtect: a whole site through its API, or one computer by its roles.

It must not look at certificates, nor decide what the answers mean: that is monitor.xprotect's matter.
"""

from monitor.discovery.xprotect.asking import Budgets
from monitor.discovery.xprotect.host import XProtectHostSettings
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.discovery.xprotect.record import record
from monitor.discovery.xprotect.settings import XProtectSiteSettings
from monitor.discovery.xprotect.site import Surroundings, XProtectSite

__all__ = [
    "Budgets",
    "SiteMemory",
    "Surroundings",
    "XProtectHostSettings",
    "XProtectSite",
    "XProtectSiteSettings",
    "record",
]
