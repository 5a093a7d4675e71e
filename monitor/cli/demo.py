"""``cert-monitor demo``: show the daemon at work (needs the extra ``demo``), and renew its servers."""

import argparse
import sys
from typing import Any

from monitor.addresses import is_loopback, listen_address
from monitor.cli.output import say
from monitor.demo.control_file import ask_demo
from monitor.errors import CertMonitorError, UsageError


def demo(arguments: argparse.Namespace) -> int:
    """Run the demo until Ctrl-C."""
    _check_listen(arguments.listen)
    try:
        from monitor.demo.show import show  # noqa: PLC0415 - its mail sink is an optional package
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


def issue(arguments: argparse.Namespace) -> int:
    """Issue and import a certificate; return 0, or 3 if that could not be done."""
    return _ask({"do": "issue", "server": arguments.server})


def switch(arguments: argparse.Namespace) -> int:
    """Switch a server's ports; return the exit code of Server Configurator, or 3 if it could not be run."""
    return _ask(
        {
            "do": "back" if arguments.back else "switch",
            "server": arguments.server,
            "group": arguments.group,
            "registers": not arguments.fail_registration,
        }
    )


def _ask(asked: dict[str, Any]) -> int:
    answer = ask_demo(asked)
    if answer is None:
        raise CertMonitorError("no demo of yours runs on this machine; start one with cert-monitor demo")
    code = int(answer["code"])
    if code == 3:
        print(f"demo: {answer['text']}", file=sys.stderr)
    else:
        say(answer["text"])
    return code
