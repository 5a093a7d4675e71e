"""Tests of the configuration of Windows machines that are read over the network."""

import importlib.util
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.config import load, plan
from monitor.errors import ConfigError
from monitor.model import Policy
from monitor.secrets import ClientCertificate, SecretReference
from monitor.sources.windows_remote.settings import WindowsRemoteSettings
from monitor.windows.access import AuthMethod, RemoteMachine, store_name

LOGIN = {"username": r"VMS\certmon", "password_env": "P"}


def settings(**keys: Any) -> WindowsRemoteSettings:
    """Return the settings of these keys, with a login unless they say otherwise."""
    given = {"kind": "windows_remote", "hosts": ["rec01.vms.example"]} | LOGIN | keys
    return WindowsRemoteSettings.model_validate({name: one for name, one in given.items() if one is not None})


def remote(**keys: Any) -> RemoteMachine:
    """Return the one machine of these keys."""
    (target,) = settings(**keys).targets(Policy())
    assert isinstance(target.settings, RemoteMachine)
    return target.settings


def wrong(**keys: Any) -> str:
    """Return what is said of keys that do not fit."""
    with pytest.raises(ValidationError) as caught:
        settings(**keys)
    return str(caught.value.errors()[0]["msg"])


def test_least_configuration() -> None:
    """Hosts and a login are enough: Negotiate to WinRM's plain port, the store My."""
    assert remote() == RemoteMachine(
        host="rec01.vms.example",
        port=5985,
        auth=AuthMethod.NEGOTIATE,
        username=r"VMS\certmon",
        password=SecretReference(env="P"),
        stores=("LocalMachine/My",),
    )


@pytest.mark.parametrize(
    ("keys", "port"),
    [
        ({"tls": True}, 5986),
        ({"port": 15985}, 15985),
        ({"tls": True, "port": 443}, 443),
    ],
)
def test_usual_ports(keys: dict[str, Any], port: int) -> None:
    """Each way has its usual port, and another can be set."""
    assert remote(**keys).port == port


def test_one_target_for_each_host() -> None:
    """One entry gives each machine a target of its own, joined by its host, a collection."""
    targets = settings(hosts=["REC01.vms.example.", "10.0.0.5"], title="Recorders").targets(Policy())
    assert [(one.id, one.host, one.collection, one.info.title) for one in targets] == [
        ("windows_remote:rec01.vms.example", "rec01.vms.example", True, "Recorders: rec01.vms.example"),
        ("windows_remote:10.0.0.5", "10.0.0.5", True, "Recorders: 10.0.0.5"),
    ]


def test_machine_without_a_title() -> None:
    """Mails call what is read as they do for reports: one name may be that of a port as well."""
    (target,) = settings(hosts=["rec01"]).targets(Policy())
    assert target.info.title == "rec01 (Windows)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My", "LocalMachine/My"),
        ("my", "LocalMachine/My"),
        ("LocalMachine/WebHosting", "LocalMachine/WebHosting"),
        (r"LocalMachine\Remote Desktop", "LocalMachine/Remote Desktop"),
    ],
)
def test_store_names(text: str, expected: str) -> None:
    """A store's name may be short or whole, with either slash; its location is always the same."""
    assert store_name(text) == expected


WRONG = ["", "CurrentUser/My", "My/..", "My'; Remove-Item", "LocalMachine/", "a\nb", "C:"]


@pytest.mark.parametrize("text", WRONG)
def test_wrong_store_names(text: str) -> None:
    """Stores of users, and what is no name, are refused."""
    with pytest.raises(ValueError, match="LocalMachine/My"):
        store_name(text)


def test_stores_once() -> None:
    """A store that stands in the list twice is read once, in the order of the list."""
    stores = remote(stores=["My", "WebHosting", "LocalMachine/my", "My"]).stores
    assert stores == ("LocalMachine/My", "LocalMachine/WebHosting")


def test_client_certificate() -> None:
    """A login by certificate needs no password; one file may hold certificate and key."""
    keys = {"username": None, "password_env": None, "tls": True, "client_cert": "/c.pem"}
    identity = ClientCertificate("/c.pem", "/c.pem", SecretReference(env="K"))
    assert remote(**keys, auth="certificate", client_key_passphrase_env="K").identity == identity


def test_own_identity() -> None:
    """Without a username the identity of our own process is used, by Negotiate or Kerberos."""
    keys = {"username": None, "password_env": None}
    assert [remote(**keys, auth=auth).password for auth in ("negotiate", "kerberos")] == [None, None]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"hosts": []}, "at least 1"),
        ({"hosts": ["a", "A."]}, "a is listed twice"),
        ({"hosts": ["a b"]}, "a DNS name or an IP address"),
        ({"auth": "basic"}, "auth: basic is used with tls: true only"),
        ({"auth": "basic", "tls": True, "username": None}, "a password needs a username"),
        ({"auth": "ntlm", "password_env": None}, "auth: ntlm needs username, and password_file"),
        ({"password_env": None}, "auth: negotiate needs username, and password_file"),
        ({"password_file": "/p"}, "only one of password_file and password_env"),
        ({"auth": "certificate", "tls": True, "client_cert": "/c"}, "uses no username and no password"),
        ({"client_cert": "/c"}, "auth: certificate and client_cert belong together"),
        ({"client_key": "/c"}, "client_key needs client_cert"),
        ({"port": 5986}, "port 5986 speaks TLS: set tls: true"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"configuration_name": "../x"}, "a session configuration's name"),
        ({"username": "a\nb"}, "control characters"),
        ({"password": "x"}, "Extra inputs are not permitted"),
    ],
)
def test_what_does_not_fit(keys: dict[str, Any], said: str) -> None:
    """Keys that do not fit together are refused with what is allowed."""
    assert said in wrong(**keys)


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is not installed is a mistake of the configuration that names the extra."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "monitor.windows.access.find_spec", lambda name: None if name == "pypsrp" else found(name)
    )
    assert "pip install -r requirements/extras.txt" in wrong()


def test_unhurried(tmp_path: Path) -> None:
    """A probe may take a minute unless a policy or the entry says otherwise: PowerShell starts slowly."""
    file = tmp_path / "config.yaml"
    file.write_text(
        """
defaults: {timeout: 5s}
policies: [{match: {site: far}, timeout: 90s}]
targets:
  - {kind: windows_remote, hosts: [a], username: u, password_env: P}
  - {kind: windows_remote, hosts: [b], username: u, password_env: P, labels: {site: far}}
  - {kind: windows_remote, hosts: [c], username: u, password_env: P, timeout: 20s}
"""
    )
    timeouts = {target.host: target.policy.timeout for target in plan(load(file), {}).targets}
    assert timeouts == {
        "a": timedelta(seconds=60),
        "b": timedelta(seconds=90),
        "c": timedelta(seconds=20),
    }


def test_same_machine_twice(tmp_path: Path) -> None:
    """A machine that two entries name is a mistake, told at the second."""
    file = tmp_path / "config.yaml"
    file.write_text(
        """targets:
  - {kind: windows_remote, hosts: [a, b], username: u, password_env: P}
  - {kind: windows_remote, hosts: [c, b], username: u, password_env: P}
"""
    )
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert [str(one).removeprefix(str(file)) for one in caught.value.problems] == [
        f":3: targets[1]: the target windows_remote:b is already at {file}:2; remove one of the two"
    ]
