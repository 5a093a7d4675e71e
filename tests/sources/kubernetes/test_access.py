"""Tests of how a cluster is reached: where credentials go, what hangs, what is left behind."""

import asyncio
import base64
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from subprocess import run
from typing import Any

import psutil
import pytest
from kubernetes_asyncio.config import incluster_config

from monitor.model import FailureReason, Policy, ProbeResult
from monitor.sources.kubernetes.access import LARGEST
from monitor.sources.kubernetes.settings import KubernetesSettings
from monitor.sources.kubernetes.source import KubernetesSource
from support.servers.sources.kubernetes_server import TOKEN, Api, kubeconfig, kubernetes_api
from support.written import written

PATIENCE = 30


@pytest.fixture
def api() -> Iterator[Api]:
    """Give a server with the recorded lists."""
    with kubernetes_api() as running:
        yield running


def probe(path: Path | None, seconds: float = 20) -> ProbeResult:
    """Return what one probe by a kubeconfig gives."""
    entry = {"kind": "kubernetes", "name": "lab", "resources": ["webhooks"]}
    if path is not None:
        entry["kubeconfig"] = str(path)
    target = KubernetesSettings.model_validate(entry).target(Policy(timeout=timedelta(seconds=seconds)))
    return asyncio.run(KubernetesSource().probe(target.request))


def refused(seen: ProbeResult, words: str) -> None:
    """Assert that the kubeconfig was refused, with these words."""
    assert [(one.reason, one.location) for one in seen.failures] == [(FailureReason.UNREADABLE, "")]
    assert words in written(seen.failures[0])


def test_redirect_is_not_followed(tmp_path: Path, api: Api) -> None:
    """A server that points elsewhere, or back at itself, is a bad answer; nobody else is asked."""
    with kubernetes_api() as other:
        for elsewhere in (f"{other.url}/api/v1/secrets", "/api/v1/secrets"):
            api.elsewhere = elsewhere
            seen = probe(kubeconfig(tmp_path, api))
            assert [one.reason for one in seen.failures] == [FailureReason.BAD_ANSWER]
        assert (other.asked, len(api.asked)) == ([], 2)


def test_environment_changes_nothing(tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of the environment are not used, and neither are logins of a netrc file."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert probe(kubeconfig(tmp_path, api)).failures == ()


def test_unverified_server_gets_nothing(tmp_path: Path, api: Api) -> None:
    """A kubeconfig that asks not to verify is refused, with what to do."""
    path = kubeconfig(tmp_path, api, cluster={"insecure-skip-tls-verify": True})
    refused(probe(path), "certificate-authority")
    assert api.asked == []


def test_login_does_not_travel_in_the_clear(tmp_path: Path, api: Api) -> None:
    """A token and a server without TLS do not go together."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        refused(probe(kubeconfig(tmp_path, api, cluster={"server": url})), "https://")
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("server", ["ftp://127.0.0.1", "127.0.0.1:6443", ""])
def test_server_that_is_no_url_is_said(tmp_path: Path, api: Api, server: str) -> None:
    """What is no http or https is distinguished from what does not answer."""
    refused(probe(kubeconfig(tmp_path, api, cluster={"server": server})), "https://")


def test_huge_kubeconfig_is_refused(tmp_path: Path) -> None:
    """A file that is far too large is not read."""
    path = tmp_path / "kubeconfig"
    path.write_bytes(b"#" * (LARGEST + 1))
    refused(probe(path), "larger than 1 MiB")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_kubeconfig_that_is_a_pipe_holds_nobody(tmp_path: Path) -> None:
    """A pipe that nobody writes into is refused at once."""
    path = tmp_path / "kubeconfig"
    os.mkfifo(path)
    refused(probe(path), "not a regular file")


def test_what_is_inside_leaves_no_files(tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CA inside of a kubeconfig is used, and no file stays behind: not for the second probe either."""
    path = kubeconfig(tmp_path, api)
    document = json.loads(path.read_text())
    cluster = document["clusters"][0]["cluster"]
    del cluster["certificate-authority"]
    cluster["certificate-authority-data"] = base64.b64encode(api.ca).decode()
    path.write_text(json.dumps(document))
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert (probe(path).failures, probe(path).failures) == ((), ())
    assert list(folder.iterdir()) == []


def test_path_with_a_colon_is_one_path(tmp_path: Path, api: Api) -> None:
    """The name of the file is taken as it is, not as a list of files."""
    folder = tmp_path / "a:b"
    if sys.platform == "win32":
        folder = tmp_path / "a;b"
    folder.mkdir()
    assert probe(kubeconfig(folder, api)).failures == ()


def program(tmp_path: Path, text: str) -> dict[str, Any]:
    """Return a user who logs in by a program."""
    script = tmp_path / "login.py"
    script.write_text(text)
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": sys.executable, "args": [str(script)]}}


def test_program_logs_in(tmp_path: Path, api: Api) -> None:
    """A token that a program gives is used."""
    document = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": TOKEN},
    }
    user = program(tmp_path, f"print({json.dumps(document)!r})")
    assert probe(kubeconfig(tmp_path, api, user=user)).failures == ()


def test_program_that_hangs_is_stopped(tmp_path: Path, api: Api) -> None:
    """A program that does not come back costs the policy's timeout, and does not go on running."""
    number = tmp_path / "number"
    text = f"import os, time\nopen({str(number)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
    user = program(tmp_path, text)
    user["exec"]["args"].insert(0, "-IS")  # it has to begin in time on a busy machine too
    seen = probe(kubeconfig(tmp_path, api, user=user), seconds=3)
    assert [one.reason for one in seen.failures] == [FailureReason.TIMEOUT]
    end = time.monotonic() + PATIENCE
    while psutil.pid_exists(int(number.read_text())) and time.monotonic() < end:
        time.sleep(0.05)
    assert not psutil.pid_exists(int(number.read_text()))


def test_program_that_fails_is_said(tmp_path: Path, api: Api) -> None:
    """What a program says when it fails is reported."""
    user = program(tmp_path, "import sys\nsys.exit('log in first')")
    refused(probe(kubeconfig(tmp_path, api, user=user)), "log in first")


def test_no_answer_instead_of_tls_leaves_nothing_open(tmp_path: Path, api: Api) -> None:
    """A server that takes the connection and says nothing costs the timeout; the connection ends with it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        seen = probe(kubeconfig(tmp_path, api, cluster={"server": url}), seconds=1)
        listener.settimeout(PATIENCE)
        there, _ = listener.accept()
        with there:
            there.settimeout(PATIENCE)
            while there.recv(65536):
                pass
    assert [one.reason for one in seen.failures] == [FailureReason.TIMEOUT]


def test_pod_uses_its_own_account(tmp_path: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a kubeconfig the address, CA and token that a pod is given count; a line end does not."""
    token, ca = tmp_path / "token", tmp_path / "ca.crt"
    token.write_text(f"{TOKEN}\n")
    ca.write_bytes(api.ca)
    monkeypatch.setattr(incluster_config, "SERVICE_TOKEN_FILENAME", str(token))
    monkeypatch.setattr(incluster_config, "SERVICE_CERT_FILENAME", str(ca))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", api.url.rpartition(":")[2])
    assert probe(None).failures == ()


def test_outside_of_a_pod_a_kubeconfig_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a kubeconfig and without a pod there is a failure that says what is missing."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    refused(probe(None), "kubeconfig")


def test_missing_library_is_a_mistake_in_the_configuration(tmp_path: Path) -> None:
    """Without the extra, a configuration with a cluster is refused with how to install it."""
    path = tmp_path / "cert-monitor.yaml"
    store = (tmp_path / "state.db").as_posix()
    path.write_text(f'store: {{url: "sqlite:///{store}"}}\ntargets: [{{kind: kubernetes, name: lab}}]\n')
    program = (
        "import sys; sys.modules['kubernetes_asyncio'] = None\n"
        "from monitor.__main__ import main\n"
        f"sys.exit(main(['check', '--config', {str(path)!r}]))"
    )
    done = run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert "kind kubernetes needs an extra: pip install -r requirements/extras.txt" in done.stderr
    assert ("Traceback" in done.stderr, done.returncode != 0) == (False, True)
