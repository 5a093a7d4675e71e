"""The demo shows a page, metrics and mails, and stops cleanly."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.demo.estate import members
from monitor.demo.pki import authority
from support.factories.sources.file_probes import UNIX
from support.servers import programs
from support.servers.daemon.command import COMMAND

PATIENCE = 60
URL = "http://"


@dataclass
class Demo:
    """A running demo and the lines it printed so far."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def follow(self) -> None:
        """Collect lines until the demo ends; runs on a thread of its own."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def line(self, word: str | tuple[str, ...]) -> str:
        """Wait for a line that begins with a word, or one of several, and return it."""
        with self.changed:
            assert self.changed.wait_for(lambda: self._found(word), PATIENCE), self.lines
            return self._found(word)

    def _found(self, word: str | tuple[str, ...]) -> str:
        return next((line for line in self.lines if line.strip().startswith(word)), "")

    def address(self, word: str) -> str:
        """Wait for a line such as ``page  http://...`` and return its address."""
        return self.line(word).split()[-1]


@contextmanager
def demo(temporary: Path, *arguments: str) -> Iterator[Demo]:
    """Run the demo with its temporary folder under ours."""
    with programs.running(
        [*COMMAND, "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=_environment(temporary),
    ) as process:
        running = Demo(process)
        thread = threading.Thread(target=running.follow, daemon=True)
        thread.start()
        try:
            yield running
        finally:
            programs.stop(process)
            thread.join(PATIENCE)  # only then may its pipe be closed


def _environment(temporary: Path) -> dict[str, str]:

    return os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary)) | {"PYTHONUTF8": "1"}


def get(url: str) -> str:
    """Return what is at an address."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as response:
        return str(response.read().decode())


def patiently(url: str, text: str) -> str:
    """Return what is at an address as soon as it holds a text."""
    ends_at = time.monotonic() + PATIENCE
    while text not in (found := get(url)):
        assert time.monotonic() < ends_at, found
        time.sleep(0.2)
    return found


def test_titles_are_names() -> None:
    """A title says neither how long something is valid nor what is wrong: it is stored, and a label."""
    servers = members(authority("CA", timedelta(days=1)), "http://ca.example/crl", timedelta(minutes=1))
    assert [one.title for one in servers if not one.title.replace(" ", "").isalnum()] == []
    assert not [one.title for one in servers if re.search(r"\b(days?|expired|left|revoked)\b", one.title)]


@UNIX
def test_the_demo(tmp_path: Path) -> None:
    """The demo shows a page with what it found and its CA told, metrics, mails, and leaves no trace."""
    with demo(tmp_path, "--listen", "127.0.0.1:0") as running:
        page, metrics = running.address("page"), running.address("metrics")
        # Not always the first: what has expired is told before the first pass is over.
        running.line("Subject: Certificates:")
        certificates = f"{page}certificates"
        html = patiently(certificates, "still serves")
        patiently(certificates, "(key compromise), according to the CRL http://127.0.0.1:")
        patiently(certificates, "and it is still in use: check whether its renewal works")
        alerts = get(f"{page}alerts")
        # Alone, or with what else the CA said of at the same time.
        running.line(("Subject: Web client: certificate revoked", "1   Web client: certificate revoked"))
        families = {family.name for family in text_string_to_metric_families(get(metrics))}
        running.line("DO FIRST")
        running.line("The whole mail:")
        whole = Path(running.address("mails"), "01.txt").read_text("utf-8")
        running.process.send_signal(signal.SIGINT)
        code = running.process.wait(PATIENCE)
        assert running.process.stderr is not None
        errors = running.process.stderr.read()
    assert max(map(len, running.lines)) <= 80 + len(str(tmp_path))
    assert [line for line in running.lines if line.startswith(("DETAILS", "Steps for", "STEPS"))] == []
    assert len(whole) > 500
    assert "archive.p12#archive" in html
    assert "CRL 1 of CN=Demo Client Certificate Authority" in html
    assert "Mobile server" in alerts
    assert "Recorder 02, port 7563" in alerts
    assert "is in LocalMachine/My of recorder02.vms.example" in html
    assert {"cert_monitor_target_up", "cert_monitor_certificate_days_to_expiry"} <= families
    assert (code, errors, list(tmp_path.iterdir())) == (0, "", [])


def control(temporary: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Ask the running demo for something."""
    return subprocess.run(
        [*COMMAND, "demo", *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
        env=_environment(temporary),
    )


@UNIX
def test_renewal_in_the_demo(tmp_path: Path) -> None:
    """A person lets one group of a server use a new certificate, and reads its exit code."""
    with demo(tmp_path, "--listen", "127.0.0.1:0") as running:
        running.address("page")
        issued = control(tmp_path, "issue", "event01.vms.example")
        thumbprint, file = issued.stdout.split()[-2:]
        switched = control(tmp_path, "switch", "event01", "--group", "event_server", "--fail-registration")
        assert Path(file).exists()
        back = control(tmp_path, "switch", "event01", "--back")
        unknown = control(tmp_path, "switch", "camera01")
    assert (issued.returncode, switched.returncode, back.returncode, unknown.returncode) == (0, 100, 0, 3)
    assert f"/thumbprint={thumbprint}\n" in switched.stdout
    assert f"-> {thumbprint}\n" in switched.stdout
    assert "exit code 100: the certificate is applied, but event01 was not registered\n" in switched.stdout
    assert "verify it: cert-monitor xprotect verify 127.0.0." in switched.stdout
    assert f"{thumbprint} -> " in back.stdout
    assert "camera01 is no server of the demo" in unknown.stderr


def test_no_demo_runs(tmp_path: Path) -> None:
    """Without a running demo the command says so."""
    done = control(tmp_path, "switch", "event01")
    assert (done.returncode, "no demo of yours runs" in done.stderr) == (1, True)


@UNIX
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_taken_port(tmp_path: Path, number: signal.Signals) -> None:
    """Where the port is taken the demo finds another one, and ends on either signal."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with demo(tmp_path, "--listen", listen) as running:
            page = running.address("page")
            answer = get(f"{page}healthz")
            running.process.send_signal(number)
            code = running.process.wait(PATIENCE)
    assert page.startswith(URL)
    assert listen not in page
    assert "ok" in answer.lower()
    assert (code, list(tmp_path.iterdir())) == (0, [])


@UNIX
def test_the_demo_ends_with_its_reader(tmp_path: Path) -> None:
    """``demo | head`` does not run on for nobody, and leaves nothing behind."""
    with programs.running(
        [*COMMAND, "demo", "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(tmp_path),
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.wait(PATIENCE)
        assert process.stderr is not None
        errors = process.stderr.read()
    assert (errors, list(tmp_path.iterdir())) == (b"", [])
