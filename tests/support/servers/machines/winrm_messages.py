"""What WinRM says in WS-Management's words, and the runspaces behind it, for the server of the tests.

WS-Management over HTTP: [MS-WSMV]; PowerShell's messages inside ([MS-PSRP]) are psrpcore's.
"""

import base64
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import psrpcore
from psrpcore.types import ErrorCategoryInfo, NETException

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
POWERSHELL = "http://schemas.microsoft.com/powershell"

PIECE = 65536  # bytes of one answer; Windows gives out up to 500 KiB
ACCESS_DENIED, NO_CONFIGURATION, TIMED_OUT = 5, 2150858811, 2150858793


class MissingError(Exception):
    """PowerShell knows no such command."""


@dataclass(frozen=True)
class Call:
    """The PowerShell script that was requested."""

    configuration: str
    command: str
    is_script: bool
    parameters: dict[str, Any]


class Shell:
    """One runspace pool."""

    def __init__(self, name: str, answer: Callable[[Call], str], calls: list[Call]) -> None:
        self.pool = psrpcore.ServerRunspacePool()
        self.name, self.answer, self.calls = name, answer, calls
        self.out: dict[uuid.UUID | None, list[bytes]] = {}

    def feed(self, data: bytes, pipeline: uuid.UUID | None = None) -> None:
        """Add what the client sent, and run the call once it is complete."""
        self.pool.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, pipeline))
        while event := self.pool.next_event():
            if isinstance(event, psrpcore.CreatePipelineEvent):
                self._run(event)
        while payload := self.pool.data_to_send(PIECE):
            self.out.setdefault(payload.pipeline_id, []).append(bytes(payload.data))

    def _run(self, event: psrpcore.CreatePipelineEvent) -> None:
        running = self.pool.pipeline_table[event.pipeline_id]
        running.start()
        command = event.pipeline.commands[0]
        parameters = {name: list(value) for name, value in command.parameters}
        call = Call(self.name, command.command_text, command.is_script, parameters)
        self.calls.append(call)
        try:
            running.write_output(self.answer(call))
        except MissingError as error:
            said, code = NETException(Message=str(error)), "CommandNotFoundException"
            running.write_error(said, ErrorCategoryInfo(), fully_qualified_error_id=code)
        running.complete()


def received(related: str, shell: Shell, root: ET.Element) -> tuple[int, str]:
    """Return one fragment at a time, so that a large answer takes many requests, as on Windows."""
    stream = root.find(f".//{{{SHELL}}}DesiredStream")
    assert stream is not None
    command = stream.get("CommandId")
    waiting = shell.out.get(uuid.UUID(command) if command else None, [])
    if not waiting:
        return 500, fault(related, TIMED_OUT, "The operation did not complete in time.")
    owner = f' CommandId="{command.upper()}"' if command else ""
    data = base64.b64encode(waiting.pop(0)).decode()
    inner = f'<rsp:Stream Name="stdout"{owner}>{data}</rsp:Stream>'
    answer = f"<rsp:ReceiveResponse>{inner}</rsp:ReceiveResponse>"
    return 200, envelope(f"{SHELL}/ReceiveResponse", related, answer)


def envelope(action: str, related: str, body: str) -> str:
    """Return one SOAP message."""
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:x="{TRANSFER}" xmlns:w="{WSMAN}" '
        f'xmlns:rsp="{SHELL}"><s:Header><a:Action>{action}</a:Action>'
        f"<a:MessageID>uuid:{uuid.uuid4()}</a:MessageID><a:RelatesTo>{related}</a:RelatesTo></s:Header>"
        f"<s:Body>{body}</s:Body></s:Envelope>"
    )


def fault(related: str, code: int, message: str) -> str:
    """Return a refusal in WinRM's form."""
    return envelope(
        f"{WSMAN}/fault",
        related,
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>no</s:Text></s:Reason>"
        f'<s:Detail><f:WSManFault xmlns:f="{FAULT}" Code="{code}"><f:Message>{message}</f:Message>'
        "</f:WSManFault></s:Detail></s:Fault>",
    )
