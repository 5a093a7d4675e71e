"""``cert-monitor demo``: show the daemon at work; needs the extra ``demo``."""

import argparse

from monitor.addresses import is_loopback, listen_address
from monitor.errors import CertMonitorError, UsageError


def demo(arguments: argparse.Namespace) -> int:
    """Run the demo until Ctrl-C."""
    _check_listen(arguments.listen)
    try:
        from monitor.demo import show  # noqa: PLC0415 - its mail sink is an optional package
    except ModuleNotFoundError as error:
        if error.name != "aiosmtpd":
            raise
        raise CertMonitorError(
            "the demo needs another package: run scripts/demo, or pip install -r requirements/demo.txt"
        ) from None
    show(arguments.listen)
    return 0


def _check_listen(text: str) -> None:
    try:
        loopback = is_loopback(listen_address(text).host)
    except ValueError:
        loopback = False
    if not loopback:
        raise UsageError(f"demo: --listen {text}: must be an address of this machine, such as 127.0.0.1:9850")
