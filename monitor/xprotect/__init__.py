"""Knowledge of XProtect and related products: ports, terms, and the meaning of API answers; no I/O."""

from monitor.xprotect.answers import Answers, Items
from monitor.xprotect.host import host_endpoints
from monitor.xprotect.presets import Preset, Presets, built_in_texts
from monitor.xprotect.service_facts import ServiceFacts
from monitor.xprotect.site import PARTS, SiteList, site_endpoints
from monitor.xprotect.target_info import make_target_info, title

__all__ = [
    "PARTS",
    "Answers",
    "Items",
    "Preset",
    "Presets",
    "ServiceFacts",
    "SiteList",
    "built_in_texts",
    "host_endpoints",
    "make_target_info",
    "site_endpoints",
    "title",
]
