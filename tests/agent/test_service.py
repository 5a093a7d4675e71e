"""An agent as a service: systemd hands over what root alone may read, and hears when it is ready."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from monitor.agent.systemd_credentials import credential_path
from support.pki import authority
from support.servers.daemon.process import until
from support.servers.daemon.service_manager import service_manager

FILE = """\
zone: dmz
name: dmz-1
centers: ["https://127.0.0.1:1"]
trust: [ca.pem]
token_file: agent.token
spool: {folder: spool, limit: 1MB}
"""


def test_a_credential_of_systemd_comes_first(tmp_path: Path) -> None:
    """By the name of the file; what was not handed over stays where it is."""
    (tmp_path / "agent.token").write_text("token\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert credential_path("/etc/agent.token", environ) == str(tmp_path / "agent.token")
    assert credential_path("/etc/vms-password", environ) == "/etc/vms-password"
    assert credential_path("/etc/agent.token", {}) == "/etc/agent.token"


@pytest.mark.skipif(sys.platform == "win32", reason="systemd is for Linux")
def test_it_is_ready_without_its_center(tmp_path: Path) -> None:
    """With a token that was handed over; SIGTERM ends it without an error."""
    (tmp_path / "ca.pem").write_bytes(authority("Center CA").pem)
    (tmp_path / "agent.yaml").write_text(FILE)
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "agent.token").write_text("token\n")

    async def scenario() -> None:
        with service_manager(tmp_path / "notify") as there:
            given = {"NOTIFY_SOCKET": there.address, "CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}
            command = ("-m", "monitor", "agent", "run", "--config", str(tmp_path / "agent.yaml"))
            running = await asyncio.create_subprocess_exec(sys.executable, *command, env=os.environ | given)
            heard: list[dict[str, str]] = []
            try:
                await until(lambda: heard.extend(there.heard()) or bool(heard))
            finally:
                running.send_signal(signal.SIGTERM)
                code = await running.wait()
            assert (heard, code) == ([{"READY": "1", "STATUS": "agent dmz-1 probes zone dmz"}], 0)

    asyncio.run(scenario())
