"""``cert-monitor demo``: show the daemon at work; needs the extra ``demo``."""

import argparse

from monitor.errors import CertMonitorError


def demo(arguments: argparse.Namespace) -> int:
    """Run the demo until Ctrl-C."""
    try:
        from monitor.demo import show  # noqa: PLC0415 - its mail sink is an optional package
    except ModuleNotFoundError as error:
        if error.name != "aiosmtpd":
            raise
        raise CertMonitorError(
            "the demo needs a package more: pip install 'cert-expiry-monitor[demo]'"
        ) from None
    show(arguments.listen)
    return 0
