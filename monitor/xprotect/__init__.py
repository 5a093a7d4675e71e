"""What XProtect and its kin are: their ports, their words, and what their API's answers mean; no I/O."""

from monitor.xprotect.answers import Answers, Items
from monitor.xprotect.meaning import meaning, title
from monitor.xprotect.presets import Preset, Presets

__all__ = ["Answers", "Items", "Preset", "Presets", "meaning", "title"]
