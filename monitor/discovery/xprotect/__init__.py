"""Discover the endpoints of XProtect: a whole site through its API, or one computer by its roles.

It must not probe certificates or interpret answers: that is the task of ``monitor.xprotect``. ``site`` and
``record`` are imported where they are used: their HTTP client takes half a second to load.
"""

from monitor.discovery.xprotect.budgets import Budgets
from monitor.discovery.xprotect.host import XProtectHostSettings
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.discovery.xprotect.settings import XProtectSiteSettings

__all__ = ["Budgets", "SiteMemory", "XProtectHostSettings", "XProtectSiteSettings"]
