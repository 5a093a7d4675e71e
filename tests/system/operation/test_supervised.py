"""The daemon under a service manager and a journal: what the running process reports to them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.servers.daemon.process import daemon, until
from support.servers.daemon.service_manager import service_manager
from support.servers.daemon.site import site
from support.servers.programs import program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd is for Linux")

JOURNALD = Path("/lib/systemd/systemd-journald")
SENDER = """
import logging, os, sys
from monitor.daemon.system.journal import log_handler
from monitor.logs import LogFormat, event, use_log_format
status = os.fstat(2)
# A service manager sets it; systemd-cat does so only since version 253.
os.environ["JOURNAL_STREAM"] = f"{status.st_dev}:{status.st_ino}"
logging.basicConfig(level="INFO", handlers=[log_handler(os.environ)])
use_log_format(LogFormat.TEXT)
log = logging.getLogger("monitor.x")
event(log, "alert opened", level=logging.WARNING, check="expiry", title="a\\nPRIORITY=0")
"""
READ = """
set -eu
export SYSTEMD_COLORS=0
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal /run/log/journal /run/systemd/journald.conf.d
printf '[Journal]\\nStorage=volatile\\nAudit=no\\nReadKMsg=no\\n' >/run/systemd/journald.conf.d/test.conf
"$1" 2>/dev/null &
until [ -S /run/systemd/journal/stdout ]; do sleep 0.05; done
systemd-cat "$2" -c "$3"
until [ "$(journalctl -D /run/log/journal/* -q LOGGER=monitor.x)" ]; do sleep 0.05; done
journalctl -D /run/log/journal/* -o json -q LOGGER=monitor.x
"""


def test_states_are_reported(tmp_path: Path) -> None:
    """Ready after the start, alive while it runs, the reloads, the bad one too, and the end."""

    async def scenario() -> None:
        with service_manager(tmp_path / "notify") as there:
            environment = {"NOTIFY_SOCKET": there.address, "WATCHDOG_USEC": "600000"}
            heard: list[dict[str, str]] = []

            def hears(*names: str) -> bool:
                heard.extend(there.heard())
                found = [name for one in heard for name in one if name in names]
                return found[: len(names)] == list(names)

            async with site(tmp_path) as where, daemon(where.configure(), environment=environment) as running:
                await until(lambda: hears("READY", "WATCHDOG"))
                assert (await running.get("/readyz")).status_code == 200
                for extra in ((), ("{kind: endpoit}",)):
                    heard.clear()
                    where.configure(*extra)
                    running.process.send_signal(signal.SIGHUP)
                    await until(lambda: hears("RELOADING", "READY"))
                heard.clear()
                assert await running.end(signal.SIGTERM) == 0
                assert hears("STOPPING")

    asyncio.run(scenario())


@pytest.mark.system
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a journal of its own needs root")
def test_the_journal_takes_entries() -> None:
    """Debian's journald, in namespaces of its own, keeps level and facts; a line break makes no field."""
    program("journalctl", "systemd")
    apart = ["unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "--mount-proc"]
    command = [*apart, "bash", "-c", READ, "read", str(JOURNALD), sys.executable, SENDER]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    entry = json.loads(done.stdout)
    assert {name: entry[name] for name in entry if name.startswith("CERT_MONITOR_")} == {
        "CERT_MONITOR_CHECK": "expiry",
        "CERT_MONITOR_TITLE": "a\nPRIORITY=0",
    }
    assert (entry["PRIORITY"], entry["SYSLOG_IDENTIFIER"]) == ("4", "cert-monitor")
    assert entry["MESSAGE"] == r'alert opened check=expiry title="a\nPRIORITY=0"'
