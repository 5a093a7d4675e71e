"""``cert-monitor health``: the state of the running daemon in one line, as Nagios plugins print it.

The exit code is about the monitor, not about certificates: those are alerts of its own, which the numbers
after the bar count (https://nagios-plugins.org/doc/guidelines.html).
"""

import argparse
from typing import Any

from monitor.cli.daemon.request import ask, daemon_address, local_token
from monitor.cli.output import say
from monitor.errors import SystemBrokenError

TIMEOUT = 10.0
OK, CRITICAL = 0, 2


def health(arguments: argparse.Namespace) -> int:
    """Return 0 when the daemon is well, 2 when it is not or does not answer."""
    address = daemon_address(arguments)
    token = local_token(arguments, address)
    try:
        status, answer = ask(address, "/healthz", timeout=TIMEOUT, token=token)
    except SystemBrokenError as error:
        say(f"CRITICAL - {error}")
        return CRITICAL
    problems = [str(problem) for problem in answer.get("problems") or ()]
    if status == 200 and answer.get("ok") is True:
        say(_well(answer))
        return OK
    said = "; ".join(problems) or _store(answer) or f"{address.url} answered with HTTP status {status}"
    say(f"CRITICAL - {said}{_numbers(answer)}")
    return CRITICAL


def _well(answer: dict[str, Any]) -> str:
    """Return what is said of a daemon that is well; without a login it answers no more than that."""
    if "targets" not in answer:
        return "OK"
    waiting = [str(one) for one in answer.get("not_ready") or ()]
    # A start or a standby has not all targets yet: numbers would look as if they had gone.
    return f"OK - not ready: {'; '.join(waiting)}" if waiting else f"OK - {_counted(answer)}"


def _store(answer: dict[str, Any]) -> str:
    return "results cannot be recorded; see the log" if answer.get("store_ok") is False else ""


def _counted(answer: dict[str, Any]) -> str:
    counts = {level: number for level, number in _alerts(answer).items() if number}
    alerts = ", ".join(f"{number} {level}" for level, number in counts.items()) or "none"
    return f"{answer.get('targets', 0)} targets, alerts: {alerts}{_numbers(answer)}"


def _numbers(answer: dict[str, Any]) -> str:
    known = {"targets": answer.get("targets"), **_alerts(answer)}
    numbers = " ".join(f"{name}={number}" for name, number in known.items() if isinstance(number, int))
    return f" | {numbers}" if numbers else ""


def _alerts(answer: dict[str, Any]) -> dict[str, Any]:
    alerts = answer.get("alerts")
    return alerts if isinstance(alerts, dict) else {}
