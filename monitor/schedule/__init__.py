"""When targets are looked at: batches, their phases, and APScheduler around them."""

from monitor.schedule.batches import batches, due_after, overdue
from monitor.schedule.schedule import Schedule

__all__ = ["Schedule", "batches", "due_after", "overdue"]
