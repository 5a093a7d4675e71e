"""The commands beside ``check``: their exit codes and messages, with real daemons and mail servers."""

import asyncio
import json
import re
import signal
import socket
import subprocess
import threading
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from support.factories.file_probes import UNIX
from support.servers.command import COMMAND, Done, run, running, started
from support.servers.mail_servers import Inbox, mail_server
from support.servers.programs import free_port

GOOD = "targets: [{kind: files, name: web, paths: [web/]}]\n"
BAD = "targets: [{kind: files, nme: web, paths: []}]\nunknown: 1\n"
PATIENCE = 60


def write(folder: Path, text: str) -> Path:
    """Write a configuration."""
    path = folder / "monitor.yaml"
    path.write_text(text)
    return path


def daemon_text(port: int | str) -> str:
    """Return the configuration of a daemon."""
    return GOOD + f'web: {{listen: "127.0.0.1:{port}"}}\nstore: {{url: "sqlite:///state.db"}}\n'


def ended(config: Path) -> Done:
    """Run a daemon that cannot start, to its end."""
    done = subprocess.run(
        [*COMMAND, "run", "--config", str(config)],
        capture_output=True,
        check=False,
        text=True,
        timeout=PATIENCE,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def test_a_good_configuration(tmp_path: Path) -> None:
    """A valid file is reported as valid, with the number of its targets."""
    path = write(tmp_path, GOOD)
    done = run("validate-config", path)
    assert (done.code, done.out) == (0, f"{path}: valid, 1 target\n")


def test_every_mistake_is_said(tmp_path: Path) -> None:
    """A bad file exits with 2 and a line for each mistake, with file and line."""
    path = write(tmp_path, BAD)
    done = run("validate-config", path)
    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[:2] for line in done.err.splitlines()] == [
        [f"{path}:1", "targets[0].paths"],
        [f"{path}:1", "targets[0].nme"],
        [f"{path}:2", "unknown"],
    ]


def test_offline_does_not_check_files(tmp_path: Path) -> None:
    """A missing anchor is a mistake only on the machine that has to read it."""
    path = write(tmp_path, GOOD + "defaults: {trust: [missing.cer]}\n")
    assert [run("validate-config", path).code, run("validate-config", path, "--offline").code] == [2, 0]


@pytest.mark.parametrize("name", ["missing.yaml", "."])
@pytest.mark.parametrize(
    "command", [("validate-config",), ("run", "--config"), ("test-email", "--config"), ("reload", "--config")]
)
def test_no_such_configuration(tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    """A missing file or a folder is a configuration error that names it."""
    done = run(*command, tmp_path / name)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"{tmp_path / name}: ")


def test_the_schema_is_json_schema() -> None:
    """``config-schema`` prints one object that describes the sections."""
    schema = json.loads(run("config-schema").out)
    assert {"defaults", "policies", "targets", "email", "web", "store"} <= set(schema["properties"])


def test_run_refuses_a_bad_configuration(tmp_path: Path) -> None:
    """``run`` exits with 2, so that systemd does not restart it."""
    done = ended(write(tmp_path, BAD))
    assert done.code == 2
    assert "Traceback" not in done.err


def test_run_on_a_taken_port(tmp_path: Path) -> None:
    """A taken port exits with 1 and names the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = ended(write(tmp_path, daemon_text(port)))
    assert done.code == 1
    assert f"127.0.0.1:{port}" in done.err.splitlines()[-1]
    assert "Traceback" not in done.err


def test_a_second_daemon_on_one_store(tmp_path: Path) -> None:
    """Only one daemon records in one file; the second exits with 1."""
    path = write(tmp_path, daemon_text(0))
    with running(path):
        done = ended(path)
    assert done.code == 1
    assert "state.db" in done.err
    assert "Traceback" not in done.err


def test_reload(tmp_path: Path) -> None:
    """A good file is taken (0); a bad one is refused with its mistakes (2); without a daemon it is 1."""
    path = write(tmp_path, daemon_text(0))
    with running(path) as url:
        token = ("--token-file", tmp_path / "local-token")
        good = run("reload", "--url", url, *token)
        write(tmp_path, BAD)
        bad = run("reload", "--url", url, *token)
    gone = run("reload", "--url", url)
    assert good == Done(0, "reloaded\n", "")
    assert (bad.code, bad.out, [line.split(": ")[1] for line in bad.err.splitlines()]) == (
        2,
        "",
        ["targets[0].paths", "targets[0].nme", "unknown"],
    )
    assert (gone.code, gone.err.partition(":")[0]) == (1, "no answer from cert-monitor at http")


def test_reload_without_the_token(tmp_path: Path) -> None:
    """Without the right token nothing is reloaded, and it is said where the token is and how to give it."""
    path = write(tmp_path, daemon_text(0))
    (tmp_path / "wrong").write_text("wrong")
    with running(path) as url:
        missing = run("reload", "--url", url, "--token-file", tmp_path / "nowhere")
        wrong = run("reload", "--url", url, "--token-file", tmp_path / "wrong")
    assert [(one.code, one.out) for one in (missing, wrong)] == [(1, ""), (1, "")]
    assert f"not in {tmp_path / 'nowhere'}: No such file" in missing.err
    assert "of another service or of an earlier start" in wrong.err
    assert not (tmp_path / "local-token").exists()


def test_health(tmp_path: Path) -> None:
    """One line with numbers, and the exit code of a Nagios plugin: well (0), and no answer (2)."""
    path = write(tmp_path, daemon_text(0))
    with running(path) as url:
        well = run("health", "--url", url)
    gone = run("health", "--url", url)
    assert (well.code, well.err) == (0, "")
    assert re.fullmatch(
        r"OK - \d+ targets, alerts: .* \| targets=\d+ warning=\d+ critical=\d+ expired=\d+\n", well.out
    )
    assert (gone.code, gone.out.startswith("CRITICAL - no answer from cert-monitor at http")) == (2, True)


def test_reload_finds_the_daemon_by_its_configuration(tmp_path: Path) -> None:
    """``--config`` takes the address from the file."""
    port = free_port()
    path = write(tmp_path, daemon_text(port))
    with running(path):
        assert run("reload", "--config", path) == Done(0, "reloaded\n", "")


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://[::1", "http://a b:1"])
def test_reload_of_no_address(url: str) -> None:
    """What is no address is bad usage."""
    done = run("reload", "--url", url)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("--url ")


def test_reload_of_something_else() -> None:
    """Something that speaks no HTTP is no cert-monitor."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)

        def answer() -> None:
            link, _ = server.accept()
            with link:
                link.recv(65536)
                link.sendall(b"220 mail ready\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        done = run("reload", "--url", f"http://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert (done.code, done.err.partition(":")[0]) == (1, "no answer from cert-monitor at http")


def mailed(folder: Path, inbox: Inbox, extra: str = "") -> Done:
    """Run ``test-email`` against a mail server."""

    async def main() -> Done:
        async with mail_server(inbox) as port:
            path = write(
                folder,
                f"email: {{host: 127.0.0.1, port: {port}, security: none, from: certs@vms.example, "
                f"to: [admins@vms.example, more@vms.example]{extra}}}\n",
            )
            return await asyncio.to_thread(run, "test-email", "--config", path)

    return asyncio.run(main())


def test_a_test_mail(tmp_path: Path) -> None:
    """A mail that every recipient's server takes is 0, and the conversation is shown."""
    inbox = Inbox()
    done = mailed(tmp_path, inbox)
    assert (done.code, done.err, len(inbox.taken)) == (0, "", 1)
    assert "250 taken" in done.out


@pytest.mark.parametrize(("number", "code"), [("1", 1), ("2", 0)])
def test_a_test_mail_through_one_relay(tmp_path: Path, number: str, code: int) -> None:
    """Each relay can be tried alone, also one that a better one would keep out of work."""

    async def main() -> tuple[Done, int]:
        inbox = Inbox()
        async with mail_server(inbox) as port:
            text = (
                "email: {host: 127.0.0.1, port: 1, from: certs@vms.example, to: [admins@vms.example], "
                f"fallback_relays: [{{host: 127.0.0.1, port: {port}}}]}}\n"
            )
            arguments = ("test-email", "--relay", number, "--config", write(tmp_path, text))
            return await asyncio.to_thread(run, *arguments), len(inbox.taken)

    done, taken = asyncio.run(main())
    assert (done.code, taken, "nobody listens" in done.out) == (code, 1 - code, code == 1)


@pytest.mark.parametrize("number", ["0", "2", "-1"])
def test_a_relay_that_there_is_not(tmp_path: Path, number: str) -> None:
    """A number without a relay is refused with how many there are."""
    text = "email: {host: 127.0.0.1, port: 1, from: a@b.example, to: [c@d.example]}\n"
    done = run("test-email", f"--relay={number}", "--config", write(tmp_path, text))
    assert (done.code, f"there is no relay {number}; there are 1" in done.err) == (2, True)


def test_a_test_mail_in_the_language_of_the_settings(tmp_path: Path) -> None:
    """The language and the time zone of the section are those of its mails."""
    inbox = Inbox()
    done = mailed(tmp_path, inbox, ", language: pt_BR, timezone: America/Sao_Paulo")
    (taken,) = inbox.taken
    mail = message_from_bytes(taken.content, policy=default)
    body = str(mail.get_content())
    assert (done.code, mail["Subject"]) == (0, "[Teste] o cert-monitor consegue enviar e-mail")
    assert body.startswith("Este é um e-mail de teste do cert-monitor.")
    assert re.search(r"Ele foi enviado em \d+ de \w+\.? de \d{4} \d\d:\d\d BRT", body)


@pytest.mark.parametrize("refused", ["MAIL", "DATA", "more@vms.example"])
def test_a_refused_test_mail(tmp_path: Path, refused: str) -> None:
    """A mail that is not taken for everyone is 1, and the server's words are shown."""
    done = mailed(tmp_path, Inbox({refused: "550 5.7.1 relaying denied"}))
    assert done.code == 1
    assert "relaying denied" in done.out


def test_no_mail_server(tmp_path: Path) -> None:
    """A relay that does not answer is 1."""
    port = free_port()
    path = write(
        tmp_path,
        f"email: {{host: 127.0.0.1, port: {port}, security: none, from: a@b.example, to: [c@d.example]}}\n",
    )
    assert run("test-email", "--config", path).code == 1


def test_no_email_section(tmp_path: Path) -> None:
    """Nothing to test is a configuration error."""
    done = run("test-email", "--config", write(tmp_path, GOOD))
    assert (done.code, "there is no receiver by mail" in done.err) == (2, True)


def test_the_password_is_never_shown(tmp_path: Path) -> None:
    """Neither the conversation nor an error shows the password."""
    (tmp_path / "secret").write_text("right horse")
    done = mailed(tmp_path, Inbox(), ", username: certs, password: {file: secret}")
    assert done.code != 0
    assert "right horse" not in done.out + done.err
    assert "cmlnaHQgaG9yc2U" not in done.out + done.err


@UNIX
def test_run_ends_on_ctrl_c(tmp_path: Path) -> None:
    """Ctrl-C ends the daemon with 0 and no traceback."""
    path = write(tmp_path, daemon_text(0))
    log = tmp_path / "log"
    with (
        log.open("wb") as stream,
        started("run", "--config", path, patience=3 * PATIENCE, stderr=stream) as process,
    ):
        deadline = time.monotonic() + PATIENCE
        while b"http://" not in log.read_bytes():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        code = process.wait(PATIENCE)
    assert (code, "Traceback" in log.read_text()) == (0, False)
