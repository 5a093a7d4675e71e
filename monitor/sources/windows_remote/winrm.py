"""Probe the stores of a Windows machine over WinRM: one PowerShell session, one call, one JSON document.

Reads nothing else from the machine and changes nothing there. With a JEA endpoint its one visible function is
called; without one the same function is sent as a script.
"""

import contextlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from pypsrp.complex_objects import PSInvocationState
from pypsrp.powershell import DEFAULT_CONFIGURATION_NAME, PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from monitor.model import Failure, FailureReason, Message, ProbeResult
from monitor.model.texts import located
from monitor.parse import display
from monitor.sources.windows_remote import texts
from monitor.sources.windows_remote.failures import failure_of
from monitor.sources.windows_remote.remote_session import RemoteSession
from monitor.sources.windows_remote.session import connection
from monitor.windows.access import RemoteMachine
from monitor.windows.report import ReportError, parse_report, report_result

FUNCTION = "Get-CertificateReport"
COLLECTOR = "collector.ps1"

# MaxShellsPerUser counts an abandoned session until it has been idle for this long; 60 is the minimum.
_IDLE = 60
_GRACEFUL_CLOSE = 3.0
_MISSING = "CommandNotFoundException"


class _RefusedError(Exception):
    """The machine ran our call and returned no document; ``failure`` says why."""

    def __init__(self, reason: FailureReason, host: str, problem: Message) -> None:
        super().__init__(problem.code)
        self.failure = Failure(reason, located(location=host, problem=problem))


def read(visit: RemoteSession) -> ProbeResult:
    """Return the contents of a machine's stores; every remote error is a ``Failure``."""
    remote = visit.remote
    try:
        document = _document(visit)
        return report_result(parse_report(document), remote.host)
    except _RefusedError as error:
        failure = error.failure
    except ReportError as error:
        failure = Failure(error.reason, located(location=remote.host, problem=error.message))
    except Exception as error:  # noqa: BLE001 - the library lets an odd answer raise anything
        failure = failure_of(error, visit)
    return ProbeResult(failures=(failure,))


def _document(visit: RemoteSession) -> bytes:
    wsman = connection(visit)
    try:
        return _asked(wsman, visit)
    finally:
        wsman.close()


def _asked(wsman: WSMan, visit: RemoteSession) -> bytes:
    name = visit.remote.configuration_name or DEFAULT_CONFIGURATION_NAME
    pool = RunspacePool(wsman, configuration_name=name, no_profile=True, idle_timeout=_IDLE)
    pool.open()
    call = PowerShell(pool)
    _put(call, visit)
    output = call.invoke()
    # A courtesy, skipped after errors: the session ends by itself, and the data is already read.
    with contextlib.suppress(Exception), visit.cut.within(_GRACEFUL_CLOSE):
        pool.close()
    return _one(output, call, visit)


def _put(call: PowerShell, visit: RemoteSession) -> None:
    """Set the command: the endpoint's own function, or its text with the stores as a parameter."""
    if visit.remote.configuration_name:
        call.add_cmdlet(FUNCTION)
    else:
        text = files("monitor.windows").joinpath(COLLECTOR).read_text("utf-8")
        call.add_script(f"param([string[]]$Store)\n{text}\n{FUNCTION} -Store $Store\n")
    call.add_parameter("Store", list(visit.remote.stores))


def _one(output: Sequence[Any], call: PowerShell, visit: RemoteSession) -> bytes:
    """Return the function's single text output; raise ``_RefusedError`` with its error message otherwise."""
    if len(output) == 1 and isinstance(output[0], str) and call.state == PSInvocationState.COMPLETED:
        return output[0].encode("utf-8", "replace")
    remote = visit.remote
    for record in call.streams.error:
        if _MISSING in str(getattr(record, "fq_error", "")):
            raise _RefusedError(FailureReason.FORBIDDEN, remote.host, _missing(remote))
        said = texts.function_failed(function=FUNCTION, error=display(str(record)))
        raise _RefusedError(FailureReason.BAD_ANSWER, remote.host, said)
    said = texts.no_document(function=FUNCTION, objects=len(output))
    raise _RefusedError(FailureReason.BAD_ANSWER, remote.host, said)


def _missing(remote: RemoteMachine) -> Message:
    endpoint = remote.configuration_name or DEFAULT_CONFIGURATION_NAME
    if not remote.username:
        return texts.function_missing_for_certificate(endpoint=endpoint, function=FUNCTION)
    return texts.function_missing(endpoint=endpoint, function=FUNCTION, username=remote.username)
