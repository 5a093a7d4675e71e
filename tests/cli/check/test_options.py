"""The options of ``check`` for daily use: targets from standard input and URLs, margins, time limit, name."""

import io
import json
import socket
from collections.abc import Iterator

import pytest

from monitor.cli.check.overrides import policy_changes
from monitor.cli.commands.options import Parser
from support.servers.daemon.command import Site, check, run, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demo's estate."""
    with served(tmp_path_factory.mktemp("site")) as site:
        yield site


def typing(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    """Give standard input these bytes."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text), "utf-8"))


def test_targets_from_standard_input(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line is a target; comments, empty lines, white space and a byte order mark are passed over."""
    first, second = site["management"], site["recorder11"]
    typing(monkeypatch, f"\ufeff# all\r\n{first}\r\n\r\n   {second}  \n{first}\n".encode())
    assert [one["target"] for one in check("-", "--trust", site.ca).elements] == [first, second]


def test_standard_input_beside_targets(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is typed and what is read keep their order."""
    typing(monkeypatch, site["recorder11"].encode())
    done = check(site["management"], "-", site["encoder"])
    expected = [site["management"], site["recorder11"], site["encoder"]]
    assert [one["target"] for one in done.elements] == expected


@pytest.mark.parametrize("text", [b"", b"\n# nothing\n"])
def test_empty_standard_input(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """No target is an error, not a success."""
    typing(monkeypatch, text)
    done = run("check", "-")
    assert (done.code, done.out, done.err) == (3, "", "check: standard input names no target\n")


def test_standard_input_that_is_no_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name of other bytes is answered by a sentence."""
    typing(monkeypatch, b"\xff\xfe.pem\n")
    done = run("check", "-")
    assert (done.code, "is not UTF-8" in done.err) == (3, True)


@pytest.mark.parametrize("rest", ["/", "/path", "/path/x.html?a=b://c#d", "?q", "#part"])
def test_a_url_with_a_path(site: Site, rest: str) -> None:
    """Only host and port of a URL count."""
    [element] = check(f"https://{site['management']}{rest}", "--trust", site.ca).elements
    assert (element["target"], element["severity"]) == (f"https://{site['management']}{rest}", "ok")


@pytest.mark.parametrize("scheme", ["HTTPS", "wss", "imaps", "ldaps"])
def test_schemes(site: Site, scheme: str) -> None:
    """A scheme is a protocol, in any case, or a usual name for one."""
    assert check(f"{scheme}://{site['management']}/inbox", "--trust", site.ca).code == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_a_scheme_with_a_dialogue(scheme: str) -> None:
    """PostgreSQL is asked for TLS first; a server that says nothing times out before TLS."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        done = check(f"{scheme}://127.0.0.1:{port}/db?sslmode=require", "--timeout", "200ms")
        with silent.accept()[0] as link:
            asked = link.recv(100)
    assert (done.column("failures", "reason"), len(asked)) == ([["timeout"]], 8)


def test_a_login_is_not_repeated() -> None:
    """A URL with a password is refused without showing it."""
    done = run("check", "postgres://user:secret@db.example/x")
    assert (done.code, "secret" in done.err, "login" in done.err) == (3, False, True)


def test_timeout() -> None:
    """A server that says nothing is given up after this time."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = check(f"127.0.0.1:{silent.getsockname()[1]}", "--timeout", "300ms")
    [[detail]] = done.column("failures", "detail")
    assert "0.3 s" in detail


@pytest.mark.parametrize(
    ("server", "options", "code"),
    [
        ("recorder11", ("--warn", "14d"), 0),
        ("recorder11", ("--warn", "21d", "--critical", "3d"), 1),
        ("recorder11", ("--warn", "30d", "--critical", "21d"), 2),
        ("recorder11", ("--warn", "30d,1%"), 0),
        ("management", ("--warn", "99%", "--critical", "1%"), 1),
        ("management", ("--critical", "400d"), 2),
    ],
)
def test_margins(site: Site, server: str, options: tuple[str, ...], code: int) -> None:
    """Margins replace those of the policy: the smallest of several, as in a configuration."""
    assert check(site[server], "--trust", site.ca, *options).code == code


def test_margins_hold_for_cas_and_lists() -> None:
    """Who gives a margin means everything that expires."""
    arguments = Parser()
    for option in ("--timeout", "--warn", "--critical"):
        arguments.add_argument(option)
    changes = policy_changes(arguments.parse_args(["--warn", "14d", "--critical", "10%"]))
    assert changes["warn_before"] == changes["ca_warn_before"] == changes["crl_warn_before"]
    assert changes["critical_before"] == changes["ca_critical_before"]


def test_margins_hold_for_configured_targets(site: Site, tmp_path_factory: pytest.TempPathFactory) -> None:
    """They go before the policies of a configuration."""
    config = tmp_path_factory.mktemp("config") / "monitor.yaml"
    config.write_text(
        json.dumps(
            {
                "defaults": {"trust": [str(site.ca)], "warn_before": ["10d"]},
                "targets": [{"kind": "endpoint", "address": site["recorder11"]}],
            }
        )
    )
    done = check("--config", config, "--warn", "50d")
    assert done.elements[0]["severity"] == "warning"


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--warn", "14", "such as 30s"),
        ("--warn", "14d,", "such as 30s"),
        ("--critical", "0%", "above 0%"),
        ("--critical", "soon", "such as 30s"),
        ("--timeout", "10", "such as 30s"),
        ("--timeout", "0s", "between 1ms"),
        ("--timeout", "25%", "such as 30s"),
    ],
)
def test_a_bad_value_names_its_option(option: str, value: str, said: str) -> None:
    """The message has the option, the value and what to write."""
    done = run("check", "localhost", option, value)
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(f"check: {option} {value!r}: ")
    assert said in done.err


def test_swapped_margins() -> None:
    """Critical before a warning is a mistake."""
    done = run("check", "localhost", "--warn", "3d", "--critical", "14d")
    assert (done.code, done.err) == (3, "check: --critical must not be longer than --warn\n")


@pytest.mark.parametrize("option", ["--sni", "--name"])
def test_sni_holds_for_all_targets(site: Site, option: str) -> None:
    """The name is sent to each target, and each certificate must include it."""
    name = "recorder11.vms.example"
    done = check(site["recorder11"], site["recorder12"], "--trust", site.ca, option, name)
    assert [("name" in checks) for checks in done.column("findings", "check")] == [False, True]
