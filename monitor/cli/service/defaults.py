"""What commands take from the service of this machine: its configuration and the folder of its state."""

import argparse
import os
import sys
from collections.abc import MutableMapping

from monitor.cli.service.definition import MONITOR
from monitor.cli.service.paths import data_folder, default_config, is_of_service, use_state_of_service


def use_service_defaults(
    arguments: argparse.Namespace,
    environ: MutableMapping[str, str] = os.environ,
    platform: str = sys.platform,
) -> None:
    """Let a command that asks the daemon find it without ``--url`` and ``--config``, if it is the service.

    On Windows the state of its configuration is where the service keeps it.
    """
    folder, usual = data_folder(MONITOR, environ, platform), default_config(MONITOR, environ, platform)
    asks = getattr(arguments, "url", None) == "" and getattr(arguments, "config", "") is None
    if asks and os.access(usual, os.R_OK):
        arguments.config = usual
    config = getattr(arguments, "config", None)
    if platform == "win32" and config and is_of_service(config, folder):
        use_state_of_service(folder, environ)
