"""Failures in logs, commands and JSON: the reason, and the sentence with its code and parameters."""

from datetime import UTC, datetime, timedelta

from monitor.messages import english, failure_json, failure_line
from monitor.model import Failure, FailureReason
from monitor.sources.endpoint.texts import no_answer, through_proxy

WRITER = english(datetime(2026, 11, 29, 12, tzinfo=UTC))
MESSAGE = through_proxy(problem=no_answer(timeout=timedelta(seconds=10)), proxy="proxy:3128")
LATE = Failure(FailureReason.TIMEOUT, MESSAGE, "a:443")


def test_line() -> None:
    """A name goes between the reason and the sentence."""
    assert failure_line(LATE, WRITER) == "timeout: no answer within 10 s (through the proxy proxy:3128)"
    assert failure_line(LATE, WRITER, "srv:x") == (
        "timeout: srv:x: no answer within 10 s (through the proxy proxy:3128)"
    )


def test_json() -> None:
    """Programs read code and parameters; the sentence is for people."""
    assert failure_json(LATE, WRITER) == {
        "reason": "timeout",
        "code": "through_proxy",
        "parameters": {
            "problem": {"code": "no_answer", "parameters": {"timeout": 10.0}},
            "proxy": "proxy:3128",
        },
        "detail": "no answer within 10 s (through the proxy proxy:3128)",
    }


def test_what_a_server_says_changes_no_structure() -> None:
    """A sentence stays on one line, whatever is quoted in it."""
    hostile = Failure(FailureReason.PROXY, through_proxy(problem=MESSAGE, proxy="a\n\x1b[31m{x}"))
    assert failure_line(hostile, WRITER).endswith("(through the proxy a \ufffd[31m{x})")
