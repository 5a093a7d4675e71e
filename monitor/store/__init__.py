"""Everything that outlives the process, in one database; no other room knows SQL.

It writes, reads and deletes records; it judges nothing and never reads the clock.
"""

from monitor.store.observations.reading import Loaded
from monitor.store.observations.values import HistoryEntry, OutcomePeriod, Pruned
from monitor.store.store import Store

__all__ = ["HistoryEntry", "Loaded", "OutcomePeriod", "Pruned", "Store"]
