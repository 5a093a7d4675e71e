"""The command ``cert-monitor`` whose workers lose a batch after 2 seconds without a sign of life, not 15.

Run as ``python -m support.servers.cluster.quick_queue``.
"""

import sys
from functools import partial

from monitor.cli import main
from monitor.workers import runner

ACK_WAIT = 2.0


if __name__ == "__main__":
    vars(runner)["JetStreamRunner"] = partial(runner.JetStreamRunner, ack_wait=ACK_WAIT)
    sys.exit(main())
