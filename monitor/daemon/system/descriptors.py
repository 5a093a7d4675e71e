"""Raise the limit of open files of this process as far as the system lets it."""

import logging
import sys

log = logging.getLogger(__name__)

ENOUGH = 4096
"""Below that a hundred probes at once and the web server may run out."""


if sys.platform == "win32":

    def raise_open_files_limit() -> None:
        """Do nothing: Windows has no such limit for sockets."""

else:
    import resource

    def raise_open_files_limit() -> None:
        """Set the soft limit of open files to the hard one."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError) as error:
            # macOS refuses an unlimited hard limit as a soft one.
            log.info("the limit of open files stays at %d: %s", soft, error)
        limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= limit < ENOUGH:
            log.warning("the limit of open files is %d: set LimitNOFILE to %d or more", limit, ENOUGH)
