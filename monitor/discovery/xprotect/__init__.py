"""Discover the endpoints of XProtect: a whole site through its API, or one computer by its roles.

It must not probe certificates, nor decide what the answers mean: that is monitor.xprotect's matter.
What asks (``site``, ``record``) is imported where it is used: its HTTP client takes half a second to load.
"""

from monitor.discovery.xprotect.budgets import Budgets
from monitor.discovery.xprotect.host import XProtectHostSettings
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.discovery.xprotect.settings import XProtectSiteSettings

__all__ = ["Budgets", "SiteMemory", "XProtectHostSettings", "XProtectSiteSettings"]
