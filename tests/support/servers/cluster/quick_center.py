"""The command ``cert-monitor`` with short times of lease and database, so that a takeover takes 5 seconds.

Run as ``python -m support.servers.cluster.quick_center``. What the real times add up to is tested without
processes.
"""

import sys
from datetime import timedelta

from monitor.cli import main
from monitor.daemon import periodic_tasks
from monitor.daemon.cluster import component_watch, leadership
from monitor.store.cluster import cluster_lease as cluster
from monitor.store.cluster import lease
from monitor.store.postgresql import dialect as postgresql


def hurry() -> None:
    """Shorten the times of this process."""
    lease.LENGTH = leadership.LENGTH = component_watch.LENGTH = timedelta(seconds=5)
    periodic_tasks.TRY_EVERY = 0.25
    periodic_tasks.CHECK_STORE_EVERY = 1.0
    leadership.WITHOUT_DATABASE_AFTER = 3.0
    postgresql.ANSWER_WITHIN = cluster._WITHIN = timedelta(seconds=1)


if __name__ == "__main__":
    hurry()
    sys.exit(main())
