"""Links in what receivers are sent: to the pages, and those that acknowledge where nobody logs in."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.alerts.routing.acknowledge_link import link_of
from monitor.config import Config, load
from monitor.daemon.notifications.receivers import receivers
from monitor.daemon.web.link_key import LinkKey, rotate
from monitor.daemon.web.page_links import links_acknowledge, page_links
from monitor.web_config import WebConfig
from monitor.web_config.values import ClientAuth, TlsServerConfig
from support.factories.alerts.world import NOW
from support.factories.delivery.mail_samples import contents
from support.servers.web.posted import about

URL = "https://certs.vms.example"


def configured(folder: Path, web: str) -> Config:
    """Return a configuration with a receiver by mail."""
    path = folder / "c.yaml"
    path.write_text(
        f"email: {{host: relay, from: a@b.example, to: [c@d.example]}}\nweb: {{{web}}}\n", "utf-8"
    )
    return load(path)


def without_file() -> None:
    """Return the web configuration file where there is none."""


TLS = TlsServerConfig(Path("a.pem"), Path("a.key"))
BY_CERTIFICATE = replace(TLS, client_auth=ClientAuth.VERIFY_IF_GIVEN)


@pytest.mark.parametrize(
    ("web", "file", "acknowledge"),
    [
        (f"external_url: '{URL}'", None, True),
        (f"external_url: '{URL}', config_file: web.yml", WebConfig(Path("web.yml"), tls=TLS), True),
        (f"external_url: '{URL}', config_file: web.yml", WebConfig(Path("web.yml"), {"a": "x"}), False),
        (f"external_url: '{URL}', config_file: web.yml", WebConfig(Path("w"), tls=BY_CERTIFICATE), False),
        (f"external_url: '{URL}', config_file: web.yml", None, False),
        (f"external_url: '{URL}'", WebConfig(Path("web.yml"), {"a": "x"}), False),
        ("config_file: web.yml", WebConfig(Path("web.yml"), tls=TLS), False),
    ],
)
def test_where_nobody_logs_in(tmp_path: Path, web: str, file: WebConfig | None, *, acknowledge: bool) -> None:
    """A link acknowledges wherever the file in force names no users, also where that file has TLS."""
    assert links_acknowledge(configured(tmp_path, web), file) is acknowledge


def test_no_external_url(tmp_path: Path) -> None:
    """Nothing is linked, and no key is made."""
    config = configured(tmp_path, "")
    links = page_links(lambda: config, without_file, LinkKey(tmp_path))
    assert (links.alerts, links.alert("a"), links.sent_to("email").acknowledge("a", NOW)) == ("", "", "")
    assert not (tmp_path / "link-key").exists()


def test_signed_with_the_key_of_now(tmp_path: Path) -> None:
    """A link that is written after a rotation works, one from before does not."""
    config, key = configured(tmp_path, f"external_url: '{URL}'"), LinkKey(tmp_path)

    def token() -> str:
        url = page_links(lambda: config, without_file, key).sent_to("email").acknowledge("0" * 20, NOW)
        return url.removeprefix(f"{URL}/acknowledge/")

    before = token()
    rotate(tmp_path)
    link = link_of(token(), key.current())
    assert link is not None
    assert (link.alert_id, link.receiver) == ("0" * 20, "email")
    assert link_of(before, key.current()) is None


@pytest.mark.parametrize("signed", [True, False])
def test_mails(tmp_path: Path, *, signed: bool) -> None:
    """A notification that is only previewed has no link that acknowledges."""
    config, key = configured(tmp_path, f"external_url: '{URL}'"), LinkKey(tmp_path)

    async def rendered() -> str:
        made = receivers(
            lambda: config, (lambda: page_links(lambda: config, without_file, key)) if signed else None
        )
        try:
            one = replace(about(contents()["alert"]), receiver="email")
            return (await made[0].render(one, NOW)).decode()
        finally:
            made[0].close()

    mail = asyncio.run(rendered())
    assert (f"{URL}/alerts/" in mail, "/acknowledge/" in mail) == (True, signed)
