"""When targets are probed: batches, their phases, and APScheduler around them."""

from monitor.scheduler.batches import Probed, batches, batches_of, due_after, overdue
from monitor.scheduler.scheduler import Scheduler

__all__ = ["Probed", "Scheduler", "batches", "batches_of", "due_after", "overdue"]
