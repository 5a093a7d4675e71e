"""When targets are probed: batches, their phases, and APScheduler around them."""

from monitor.scheduler.batches import batches, due_after, overdue
from monitor.scheduler.scheduler import Scheduler

__all__ = ["Scheduler", "batches", "due_after", "overdue"]
