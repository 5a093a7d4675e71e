"""The keys of a mail relay: access tokens instead of a password, and what goes with what."""

import json
from pathlib import Path

import pytest

from monitor.config import load
from monitor.config.review.online import online_problems
from monitor.delivery.email.entry import EmailReceiverSettings
from monitor.delivery.email.relay.settings import RelaySettings
from support.factories.config.errors import complaints

MAIL = "host: smtp.office365.com, port: 587, from: certs@vms.example, to: [a@b.example]"
MICROSOFT = "provider: microsoft365, tenant: vms.example, client_id: 12-ab"


def relay(folder: Path, oauth2: str, mail: str = f"{MAIL}, security: starttls, username: u") -> RelaySettings:
    """Return the relay that a section makes."""
    file = folder / "c.yaml"
    file.write_text(f"email: {{{mail}, oauth2: {{{oauth2}}}}}\n", "utf-8")
    (receiver,) = load(file).receivers.values()
    assert isinstance(receiver, EmailReceiverSettings)
    return receiver.email.relays()[0]


def refused(folder: Path, oauth2: str, mail: str = f"{MAIL}, security: starttls, username: u") -> str:
    """Return the only complaint about a section, without file and line."""
    file = folder / "c.yaml"
    file.write_text(f"email: {{{mail}, oauth2: {{{oauth2}}}}}\n", "utf-8")
    (line,) = complaints(file)
    return line.removeprefix(f"{file}:1: ")


def test_microsoft_365_is_a_preset(tmp_path: Path) -> None:
    """The preset knows address and scope; the secret is read when it is used."""
    (tmp_path / "secret").write_text("bright copper\n", "utf-8")
    tokens = relay(tmp_path, f"{MICROSOFT}, client_secret_file: secret").oauth2
    assert tokens is not None
    assert (tokens.url, tokens.scope, tokens.client_id, tokens.secret().reveal()) == (
        "https://login.microsoftonline.com/vms.example/oauth2/v2.0/token",
        "https://outlook.office365.com/.default",
        "12-ab",
        "bright copper",
    )


def test_any_token_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any other token server is named by its address, with a scope where it wants one, and a CA."""
    monkeypatch.setenv("CLIENT_SECRET", "bright copper")
    text = "token_url: 'https://login.vms.example/t?a=1', client_id: x, client_secret_env: CLIENT_SECRET"
    tokens = relay(tmp_path, f"{text}, ca: ca.pem").oauth2
    assert tokens is not None
    assert (tokens.url, tokens.scope, tokens.ca, tokens.host) == (
        "https://login.vms.example/t?a=1",
        "",
        str(tmp_path / "ca.pem"),
        "login.vms.example",
    )
    assert tokens.secret().reveal() == "bright copper"


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:9"])
def test_plain_http_is_for_this_machine(tmp_path: Path, host: str) -> None:
    """A token server on this machine may be asked without TLS."""
    text = f"token_url: 'http://{host}/t', client_id: x, client_secret_file: s"
    tokens = relay(tmp_path, text).oauth2
    assert tokens is not None
    assert tokens.url == f"http://{host}/t"


@pytest.mark.parametrize(
    ("oauth2", "expected"),
    [
        ("client_id: x, client_secret_file: s", "needs either provider: microsoft365 or token_url"),
        (
            f"{MICROSOFT}, client_secret_file: s, token_url: 'https://a/t'",
            "needs either provider: microsoft365 or token_url",
        ),
        (
            "provider: microsoft365, client_id: x, client_secret_file: s",
            "provider: microsoft365 needs tenant",
        ),
        (
            f"{MICROSOFT}, client_secret_file: s, scope: x",
            "the scope of microsoft365 is known; leave scope out",
        ),
        (
            "token_url: 'https://a/t', tenant: x, client_id: x, client_secret_file: s",
            "tenant is a part of the address in token_url; leave it out",
        ),
        (MICROSOFT, "needs exactly one of client_secret_file and client_secret_env"),
        (
            f"{MICROSOFT}, client_secret_file: s, client_secret_env: S",
            "needs exactly one of client_secret_file and client_secret_env",
        ),
    ],
)
def test_keys_that_do_not_go_together(tmp_path: Path, oauth2: str, expected: str) -> None:
    """What is missing or too much is said."""
    assert refused(tmp_path, oauth2) == f"email.oauth2: {expected}"


@pytest.mark.parametrize(
    ("oauth2", "expected"),
    [
        (
            "provider: microsoft365, tenant: common, client_id: x, client_secret_file: s",
            "email.oauth2.tenant: must be the organization's directory (tenant) ID, or one of its domains",
        ),
        (
            "provider: microsoft365, tenant: 'a/../b', client_id: x, client_secret_file: s",
            "email.oauth2.tenant: must be the organization's directory (tenant) ID, or one of its domains",
        ),
        (
            "token_url: 'http://login.vms.example/t', client_id: x, client_secret_file: s",
            "email.oauth2.token_url: http would send the client secret in the clear; write https://",
        ),
        (
            "token_url: 'https://u:hunter2@a/t', client_id: x, client_secret_file: s",
            "email.oauth2.token_url: must not contain a user name or password; use client_id",
        ),
        (
            "token_url: 'ldap://a/t', client_id: x, client_secret_file: s",
            "email.oauth2.token_url: must be a URL such as https://login.vms.example/oauth2/token",
        ),
        (
            f"{MICROSOFT}, client_secret: hunter2",
            "email.oauth2.client_secret: a secret must not be in this file; use client_secret_file",
        ),
        (
            "provider: gmail, client_id: x, client_secret_file: s",
            "email.oauth2.provider: must be one of microsoft365",
        ),
    ],
)
def test_wrong_values(tmp_path: Path, oauth2: str, expected: str) -> None:
    """A wrong value has its sentence, and no secret is repeated."""
    said = refused(tmp_path, oauth2)
    assert said.startswith(expected)
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (f"{MAIL}, security: starttls", "oauth2 needs username, the mailbox that sends"),
        (
            f"{MAIL}, security: starttls, username: u, password_file: p",
            "oauth2 takes the place of a password; leave password_file and password_env out",
        ),
        (
            f"{MAIL}, username: u",
            "a login needs security: starttls or tls; a password never travels in the clear",
        ),
    ],
)
def test_login(tmp_path: Path, mail: str, expected: str) -> None:
    """A login with tokens needs a mailbox and TLS, and no password."""
    assert refused(tmp_path, f"{MICROSOFT}, client_secret_file: s", mail) == f"email: {expected}"


def test_what_it_names_is_checked(tmp_path: Path) -> None:
    """The check on this machine names a missing secret and a missing CA."""
    file = tmp_path / "c.yaml"
    store = json.dumps(f"sqlite:///{tmp_path / 'state.db'}")
    oauth2 = f"{MICROSOFT}, client_secret_file: s, ca: c"
    mail = f"{MAIL}, security: tls, username: u, oauth2: {{{oauth2}}}"
    file.write_text(f"email: {{{mail}}}\nstore: {{url: {store}}}\n", "utf-8")
    assert [str(problem) for problem in online_problems(load(file))] == [
        f"{file}:1: email.oauth2.ca: {tmp_path / 'c'} does not exist",
        f"{file}:1: email.oauth2.client_secret_file: {tmp_path / 's'} does not exist",
    ]


def test_fallback_relays_are_complete_by_themselves(tmp_path: Path) -> None:
    """Each further relay has its own port, protection and login, and the sender of the section."""
    file = tmp_path / "c.yaml"
    file.write_text(
        "email:\n"
        "  host: relay1.vms.example\n"
        "  port: 2525\n"
        "  from: certs@vms.example\n"
        "  to: [a@b.example]\n"
        "  fallback_relays:\n"
        "    - {host: relay2.vms.example}\n"
        "    - {host: smtp.office365.com, port: 587, security: starttls, username: certs@vms.example,\n"
        f"       oauth2: {{{MICROSOFT}, client_secret_file: s}}}}\n",
        "utf-8",
    )
    (receiver,) = load(file).receivers.values()
    assert isinstance(receiver, EmailReceiverSettings)
    relays = receiver.email.relays("ops@vms.example")
    assert [(one.host, one.port, one.security.value, one.sender) for one in relays] == [
        ("relay1.vms.example", 2525, "none", "ops@vms.example"),
        ("relay2.vms.example", 25, "none", "ops@vms.example"),
        ("smtp.office365.com", 587, "starttls", "ops@vms.example"),
    ]
    assert [one.oauth2 is not None for one in relays] == [False, False, True]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "{host: r, username: u, password_file: p}",
            "email.fallback_relays[0]: a login needs security: starttls or tls",
        ),
        ("{port: 25}", "email.fallback_relays[0].host: is missing"),
        ("{host: r, from: a@b.example}", "email.fallback_relays[0].from: unknown key"),
    ],
)
def test_wrong_fallback_relays(tmp_path: Path, entry: str, expected: str) -> None:
    """A mistake in a further relay is said with its place."""
    file = tmp_path / "c.yaml"
    file.write_text(f"email: {{host: r, from: a@b.example, fallback_relays: [{entry}]}}\n", "utf-8")
    (line,) = complaints(file)
    assert line.removeprefix(f"{file}:1: ").startswith(expected)


def test_what_fallback_relays_name_is_checked(tmp_path: Path) -> None:
    """The check on this machine reads the files of further relays too."""
    file = tmp_path / "c.yaml"
    store = json.dumps(f"sqlite:///{tmp_path / 'state.db'}")
    more = "{host: q, security: tls, username: u, password_file: p}"
    mail = f"host: r, from: a@b.example, to: [c@d.example], fallback_relays: [{more}]"
    file.write_text(f"email: {{{mail}}}\nstore: {{url: {store}}}\n", "utf-8")
    assert [str(problem) for problem in online_problems(load(file))] == [
        f"{file}:1: email.fallback_relays[0].password_file: {tmp_path / 'p'} does not exist",
    ]
