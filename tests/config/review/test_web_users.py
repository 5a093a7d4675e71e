"""Who listens beyond this machine needs users and TLS, a listed proxy, or ``access: open``."""

from pathlib import Path

import pytest

from monitor.config import load
from monitor.config.review.online import online_problems
from monitor.config.review.web_users import watched_web_config
from monitor.errors import ConfigError
from support import pki
from support.factories.web.access import web_file

TLS = "tls_server_config:\n  cert_file: web.crt\n  key_file: web.key\n"
OUTSIDE = "web:\n  listen: '192.0.2.9:9850'\n"


def config(folder: Path, web: str, *, users: bool = True, more: str = "") -> Path:
    """Write a configuration with this section, and a web configuration file; return its path."""
    made = pki.leaf("localhost")
    (folder / "web.crt").write_bytes(made.pem)
    (folder / "web.key").write_bytes(made.key_pem)
    web_file(folder, {"alice": f"$2b$04${'a' * 53}"} if users else {}, more or "http_server_config: {}\n")
    file = folder / "cert-monitor.yaml"
    file.write_text(f"{web}receivers: []\nstore: {{url: 'sqlite:///state.db'}}\n", "utf-8")
    return file


GOOD = [
    (f"{OUTSIDE}  config_file: web.yml\n", True, TLS),
    (f"{OUTSIDE}  config_file: web.yml\n  access: open\n", False, TLS),
    (f"{OUTSIDE}  config_file: web.yml\n  proxy: {{peers: [192.0.2.1]}}\n", True, ""),
    (f"{OUTSIDE}  config_file: web.yml\n  proxy: {{peers: [192.0.2.1], user_header: X-User}}\n", False, ""),
    ("web:\n  config_file: web.yml\n", True, ""),
    ("web:\n  config_file: web.yml\n  metrics_listen: '192.0.2.9:9851'\n", False, ""),
]


@pytest.mark.parametrize(("web", "users", "more"), GOOD)
def test_protected(tmp_path: Path, web: str, users: bool, more: str) -> None:  # noqa: FBT001 - a parameter
    """With users and TLS, behind a proxy, read-only or on this machine alone the daemon starts."""
    assert watched_web_config(load(config(tmp_path, web, users=users, more=more)))


def test_proxy_alone(tmp_path: Path) -> None:
    """Behind a proxy that names users no file is needed."""
    web = f"{OUTSIDE}  proxy: {{peers: ['192.0.2.1', '::1'], user_header: X-Remote-User}}\n  operators: [a]\n"
    loaded = load(config(tmp_path, web)).web
    assert (loaded.proxy and loaded.proxy.peers, loaded.names_by_proxy) == (("192.0.2.1", "::1"), True)


BAD = [
    (
        f"{OUTSIDE}  config_file: web.yml\n",
        False,
        TLS,
        "cert-monitor.yaml:2: web.listen: 192.0.2.9:9850 lets other machines read every page, and web.yml ",
    ),
    (
        f"{OUTSIDE}  config_file: web.yml\n",
        True,
        "",
        "cert-monitor.yaml:2: web.listen: 192.0.2.9:9850 would carry passwords unencrypted: add tls_server",
    ),
    (
        "web:\n  config_file: web.yml\n  metrics_listen: '192.0.2.9:9851'\n",
        True,
        "",
        "cert-monitor.yaml:3: web.metrics_listen: 192.0.2.9:9851 would carry passwords unencrypted",
    ),
    (
        f"{OUTSIDE}  access: open\n  config_file: web.yml\n",
        True,
        TLS,
        "cert-monitor.yaml:3: web.access: open lets everybody read without a login, but web.yml names users",
    ),
    ("web:\n  config_file: none.yml\n", True, "", "none.yml: the file does not exist"),
    (
        "web:\n  config_file: web.yml\n",
        True,
        TLS.replace("web.key", "other.key"),
        "web.yml: tls_server_config.key_file: other.key cannot be read: No such file or directory",
    ),
]


@pytest.mark.parametrize(("web", "users", "more", "said"), BAD)
def test_unprotected(tmp_path: Path, web: str, users: bool, more: str, said: str) -> None:  # noqa: FBT001 - a parameter
    """What would show pages or passwords to others stops the start, and validate-config says the same."""
    file = config(tmp_path, web, users=users, more=more)
    with pytest.raises(ConfigError) as raised:
        watched_web_config(load(file))
    texts = [str(one).replace(f"{tmp_path}/", "") for one in raised.value.problems]
    assert [text[: len(said)] for text in texts] == [said]
    assert raised.value.problems == online_problems(load(file))


SETTINGS = [
    ("operators: [alice]", "operators: nobody can log in; name users in config_file"),
    ("proxy: {peers: [192.0.2.1]}", "proxy: has no effect without user_header or config_file"),
    ("proxy: {peers: [proxy.vms.example], user_header: X-User}", "must be the IP address of a reverse proxy"),
    ("proxy: {peers: [192.0.2.1], user_header: Cookie}", "Cookie has a meaning of its own"),
    ("proxy: {peers: [192.0.2.1], user_header: 'X User'}", "must be the name of a header"),
    ("proxy: {user_header: X-User}", "peers"),
    (
        "access: open\n  proxy: {peers: [192.0.2.1], user_header: X-User}",
        "access: open lets everybody read without a login, so proxy.user_header is of no use",
    ),
]


@pytest.mark.parametrize(("web", "said"), SETTINGS)
def test_settings(tmp_path: Path, web: str, said: str) -> None:
    """What has no effect or no meaning is refused when the configuration is read."""
    with pytest.raises(ConfigError) as raised:
        load(config(tmp_path, f"web:\n  {web}\n"))
    assert said in str(raised.value)
