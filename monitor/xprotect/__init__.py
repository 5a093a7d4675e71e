"""What XProtect and its kin are: their ports, their words, and what their API's answers mean; no I/O."""

from monitor.xprotect.answers import Answers, Items
from monitor.xprotect.host import found_on
from monitor.xprotect.presets import Preset, Presets
from monitor.xprotect.site import PARTS, SiteList, found_in
from monitor.xprotect.target_info import meaning, title

__all__ = [
    "PARTS",
    "Answers",
    "Items",
    "Preset",
    "Presets",
    "SiteList",
    "found_in",
    "found_on",
    "meaning",
    "title",
]
