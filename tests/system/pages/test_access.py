"""The real daemon with users, TLS, client certificates and tokens, asked by curl, browsers and commands."""

import asyncio
import json
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from support import pki
from support.factories.web.access import HASHES, PASSWORDS, form_token, log_in, web_file
from support.servers.daemon.process import Running, daemon, until

TLS = "tls_server_config:\n  cert_file: web.crt\n  key_file: web.key\n"
CLIENTS = f"{TLS}  client_auth_type: {{}}\n  client_ca_file: ca.crt\n"
Act = Callable[[Running], Awaitable[Any]]


def certificates(folder: Path) -> pki.Issued:
    """Write the server's certificate, the CA of clients, and certificates of alice and victor."""
    authority = pki.authority("Clients", at=pki.TODAY)
    serving = pki.leaf("localhost", authority, names=("localhost", "127.0.0.1"), at=pki.TODAY)
    (folder / "ca.crt").write_bytes(authority.pem)
    (folder / "web.crt").write_bytes(serving.pem)
    (folder / "web.key").write_bytes(serving.key_pem)
    for name in ("alice", "victor"):
        issued = pki.leaf(
            name, authority, names=(f"{name}.vms.example",), usages=(pki.CLIENT_AUTH,), at=pki.TODAY
        )
        (folder / f"{name}.pem").write_bytes(issued.pem + issued.key_pem)
    foreign = pki.leaf("alice", usages=(pki.CLIENT_AUTH,), at=pki.TODAY)
    (folder / "foreign.pem").write_bytes(foreign.pem + foreign.key_pem)
    return serving


def configured(folder: Path, *, users: bool = True, more: str = "", web: str = "") -> Path:
    """Write a configuration with a web configuration file; return its path."""
    web_file(folder, HASHES if users else {}, more)
    file = folder / "cert-monitor.yaml"
    file.write_text(
        f"web:\n  listen: '127.0.0.1:0'\n  config_file: web.yml\n  operators: [alice]\n{web}"
        "store: {url: 'sqlite:///state.db'}\nreceivers: []\n",
        "utf-8",
    )
    return file


def running(config: Path, act: Act) -> Any:
    """Return what came of acting at a daemon of this configuration."""

    async def run() -> Any:
        async with daemon(config) as made:
            return await act(made)

    return asyncio.run(run())


async def curl(made: Running, path: str, *options: str) -> tuple[int, int]:
    """Return curl's exit code and the status of the answer, 0 for none."""
    process = await asyncio.create_subprocess_exec(
        "curl",
        "-sk",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        *options,
        made.url + path,
        stdout=subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, int(said)


async def command(*arguments: str, given: str = "") -> tuple[int, str]:
    """Return the exit code of a command and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "monitor",
        *arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate(given.encode())
    return process.returncode or 0, said.decode()


def test_people_and_programs(tmp_path: Path) -> None:
    """Over TLS people log in by the page, programs by a password, and none of it is in the log."""
    certificates(tmp_path)
    config = configured(tmp_path, more=TLS)

    async def act(made: Running) -> Any:
        origin = {"origin": made.url, "accept": "text/html", "sec-fetch-site": "same-origin"}
        async with httpx.AsyncClient(verify=False, base_url=made.url, headers=origin) as browser:
            entered = await log_in(browser)
            page = await browser.get("/")
            token = form_token(page)
            done = await browser.post("/-/reload", data={"form_token": token})
            cookie = browser.cookies["__Host-cert-monitor"]
            wrong = await log_in(browser, "victor", "wrong-secret")
        metrics = await made.client.get(f"{made.url}/metrics", auth=("victor", PASSWORDS["victor"]))
        nobody = await made.client.get(f"{made.url}/metrics")
        secrets = [*PASSWORDS.values(), *HASHES.values(), cookie, token, "wrong-secret"]
        return (
            [one.status_code for one in (entered, page, done, wrong, metrics, nobody)],
            entered.headers["set-cookie"].endswith("; Secure"),
            [one for one in secrets if one in made.log],
            "logged in user=alice" in made.log,
        )

    assert running(config, act) == ([303, 200, 200, 403, 200, 401], True, [], True)


@pytest.mark.system
@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
@pytest.mark.parametrize(
    ("auth", "bare"), [("RequireAndVerifyClientCert", False), ("VerifyClientCertIfGiven", True)]
)
def test_client_certificates(tmp_path: Path, auth: str, bare: bool) -> None:  # noqa: FBT001 - a parameter
    """A certificate of the CA names its user; another one, or none where one is required, gets no answer."""
    certificates(tmp_path)
    config = configured(tmp_path, users=False, more=CLIENTS.format(auth))

    async def act(made: Running) -> Any:
        def of(name: str) -> tuple[str, str]:
            return "--cert", str(tmp_path / f"{name}.pem")

        post = ("-X", "POST")
        return [
            (await curl(made, "/metrics", *of("victor")))[1],
            (await curl(made, "/-/reload", *post, *of("victor")))[1],
            (await curl(made, "/-/reload", *post, *of("alice")))[1],
            (await curl(made, "/-/reload", *post, *of("alice"), "-H", "Origin: https://evil.example"))[1],
            (await curl(made, "/metrics", *of("foreign")))[1],
            (await curl(made, "/metrics"))[1],
            (await curl(made, "/livez"))[1],
        ]

    none = [401, 200] if bare else [0, 0]
    assert running(config, act) == [200, 403, 200, 403, 0, *none]


@pytest.mark.system
@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_allowed_names(tmp_path: Path) -> None:
    """With client_allowed_sans only certificates with such a name get an answer."""
    certificates(tmp_path)
    more = CLIENTS.format("RequireAndVerifyClientCert") + "  client_allowed_sans: [alice.vms.example]\n"
    config = configured(tmp_path, users=False, more=more)

    async def act(made: Running) -> Any:
        found = [
            await curl(made, "/metrics", "--cert", str(tmp_path / f"{n}.pem")) for n in ("alice", "victor")
        ]
        return [status for _, status in found]

    assert running(config, act) == [200, 0]


def test_changed_files(tmp_path: Path) -> None:
    """A new certificate and a new user are taken up while the daemon runs; a broken file is reported."""
    certificates(tmp_path)
    config = configured(tmp_path, more=TLS)

    def shown(made: Running) -> bytes:
        port = int(made.url.rpartition(":")[2])
        return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", port)))

    async def act(made: Running) -> Any:
        new = pki.leaf("localhost", at=pki.TODAY)
        (tmp_path / "web.crt").write_bytes(new.pem)
        (tmp_path / "web.key").write_bytes(new.key_pem)

        async def renewed() -> bool:
            return await asyncio.to_thread(shown, made) == new.der

        await until(renewed)
        code, _ = await command(
            "user", "add", "--config", str(config), "eve", "--password-stdin", given="swan song\n"
        )
        assert code == 0

        async def known() -> bool:
            answer = await made.client.get(f"{made.url}/metrics", auth=("eve", "swan song"))
            return answer.status_code == 200

        await until(known)
        (tmp_path / "web.yml").write_text("basic_auth_users: 5\n", "utf-8")

        async def reported() -> bool:
            answer = await made.client.get(f"{made.url}/healthz", auth=("eve", "swan song"))
            return "web.yml:1: basic_auth_users: must be keys and values" in answer.text

        await until(reported)
        return True

    assert running(config, act)


def test_commands(tmp_path: Path) -> None:
    """Commands find the daemon behind TLS, know it by its certificate, and make tokens that work at once."""
    certificates(tmp_path)
    config = configured(tmp_path, more=TLS)

    async def act(made: Running) -> Any:
        options = ("--config", str(config), "--url", made.url)
        made_token = await command("token", "create", *options, "grafana", "--role", "operator")
        text = made_token[1].strip()
        headers = {"authorization": f"Bearer {text}"}
        before = await made.client.post(f"{made.url}/-/reload", headers=headers)
        listed = await command("token", "list", *options)
        again = await command("token", "create", *options, "grafana")
        wide = await command("token", "create", *options, "x", "--role", "operator", "--match", "site=a")
        revoked = await command("token", "revoke", *options, "grafana")
        after = await made.client.post(f"{made.url}/-/reload", headers=headers)
        health = await command("health", *options)
        reload = await command("reload", *options)
        (tmp_path / "web.crt").write_bytes(pki.leaf("other", at=pki.TODAY).pem)
        other = await command("reload", *options)
        return {
            "codes": [one[0] for one in (made_token, listed, again, wide, revoked, health, reload, other)],
            "statuses": (before.status_code, after.status_code),
            "form": bool(re.fullmatch(r"certmon_[A-Za-z0-9_-]{43}", text)),
            "listed": text not in listed[1] and "grafana  operator  everything" in listed[1],
            "log": text not in made.log,
            "stored": text.encode() not in (tmp_path / "state.db").read_bytes(),
            "health": health[1].startswith("OK - 0 targets"),
            "other": "another certificate" in other[1],
        }

    found = running(config, act)
    assert found == {
        "codes": [0, 0, 2, 2, 0, 0, 0, 1],
        "statuses": (200, 401),
        "form": True,
        "listed": True,
        "log": True,
        "stored": True,
        "health": True,
        "other": True,
    }, json.dumps(found)
