"""Everything that outlives the process, in one database; no other room knows SQL.

It writes, reads and deletes records; it judges nothing and never reads the clock.
"""

from monitor.store.reading import Loaded
from monitor.store.store import Store
from monitor.store.values import HistoryEntry, OutcomePeriod, Pruned

__all__ = ["HistoryEntry", "Loaded", "OutcomePeriod", "Pruned", "Store"]
