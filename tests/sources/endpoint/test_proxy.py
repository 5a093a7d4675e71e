"""Tests of probes through proxies: small real ones, those of the distribution, and what may be written."""

import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from monitor.dialects import texts as dialect_texts
from monitor.model import Failure, FailureReason, Policy, ProbeResult
from monitor.model.texts import with_hint
from monitor.network.resolve import Resolver
from monitor.network.texts import CONNECTION_REFUSED
from monitor.secrets import VARIABLE, secret_file, secret_unreadable
from monitor.sources.endpoint import texts
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.endpoint.source import EndpointSource
from monitor.tls.texts import not_tls_but
from support import pki
from support.servers import programs
from support.servers.tls import proxies
from support.servers.tls.peers import Handler, listener, listening, saying, server_context, speaking_tls
from support.servers.tls.proxies import PASSWORD, USER

NAME = "recorder.behind.example"
LEAF = pki.leaf(NAME, pki.authority())
KINDS = {"http": proxies.http, "socks5": proxies.socks5}
kinds = pytest.mark.parametrize("scheme", KINDS)
SERVING = speaking_tls(server_context(LEAF))
SHORT = Policy(timeout=timedelta(seconds=0.3))


async def postgres(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Grant TLS as PostgreSQL does, then serve it."""
    await reader.readexactly(8)
    writer.write(b"S")
    await SERVING(reader, writer)


async def probe(address: str, proxy: str, policy: Policy | None = None, **keys: object) -> ProbeResult:
    """Return what a probe through a proxy gives."""
    settings = EndpointSettings.model_validate({"address": address, "proxy": proxy, **keys})
    return await EndpointSource(Resolver()).probe(settings.target(policy or Policy()).request)


def probed(
    scheme: str, proxy: Handler, server: Handler = SERVING, user: str = "", **keys: object
) -> tuple[ProbeResult, int]:
    """Return what a probe through this proxy at this server gives, and the server's port."""

    async def main() -> tuple[ProbeResult, int]:
        async with listening(proxy) as front, listening(server) as port:
            at = f"{user}@" if user else ""
            seen = await probe(f"{NAME}:{port}", f"{scheme}://{at}127.0.0.1:{front}", **keys)
            return seen, port

    return asyncio.run(main())


@kinds
@pytest.mark.parametrize(("protocol", "server"), [("tls", SERVING), ("postgres", postgres)])
def test_through(scheme: str, protocol: str, server: Handler) -> None:
    """The chain arrives through a proxy, which alone resolves the name; dialects work behind it."""
    asked: list[str] = []
    seen, port = probed(scheme, KINDS[scheme]({NAME: "127.0.0.1"}, asked), server, protocol=protocol)
    assert (seen.failures, [one.certificate.sha256 for one in seen.sightings]) == ((), [LEAF.sha256])
    assert (asked, seen.encrypted) == ([f"{NAME}:{port}"], True)


@kinds
def test_login(scheme: str, tmp_path: Path) -> None:
    """A login with a password from a file is accepted."""
    (tmp_path / "password").write_text(PASSWORD + "\n")
    proxy = KINDS[scheme]({NAME: "127.0.0.1"}, [], login=True)
    seen, _ = probed(scheme, proxy, user=USER, proxy_password_file=str(tmp_path / "password"))
    assert seen.failures == ()


REFUSED_LOGINS = {
    "http": with_hint(
        problem=dialect_texts.proxy_refused(reply="HTTP/1.1 407 Proxy Authentication Required"),
        hint=dialect_texts.PROXY_OTHER_LOGIN,
    ),
    "socks5": dialect_texts.proxy_login_refused(status=1),
}


@kinds
def test_wrong_login(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A login that the proxy refuses has the reason proxy, and the password shows nowhere."""
    monkeypatch.setenv("PROXY_WORD", "guessed")
    proxy = KINDS[scheme]({NAME: "127.0.0.1"}, [], login=True)
    seen, port = probed(scheme, proxy, user=USER, proxy_password_env="PROXY_WORD")
    assert seen.failures == (Failure(FailureReason.PROXY, REFUSED_LOGINS[scheme], f"{NAME}:{port}"),)
    assert "guessed" not in repr(seen)


UNKNOWN = {
    "http": dialect_texts.proxy_refused(reply="HTTP/1.1 502 Bad Gateway"),
    "socks5": dialect_texts.socks_refused(problem=dialect_texts.SOCKS_REASONS[4], socks_code=4),
}


@kinds
def test_refused(scheme: str) -> None:
    """What the proxy refuses is quoted, and never taken for the server's word on TLS."""
    seen, port = probed(scheme, KINDS[scheme]({}, []))
    assert seen == ProbeResult(failures=(Failure(FailureReason.PROXY, UNKNOWN[scheme], f"{NAME}:{port}"),))


@kinds
def test_server_that_speaks_no_tls(scheme: str) -> None:
    """What the server does wrong keeps its own reason, and the proxy is named."""
    seen, _ = probed(scheme, KINDS[scheme]({NAME: "127.0.0.1"}, []), saying(b"SSH-2.0-x\r\n"))
    (failure,) = seen.failures
    assert failure.reason is FailureReason.NOT_TLS
    values = dict(failure.message.parameters)
    assert values["problem"] == not_tls_but(protocol="SSH", reply="SSH-2.0-x")
    assert (failure.message.code, str(values["proxy"])[:10]) == ("through_proxy", "127.0.0.1:")


@kinds
def test_unresponsive_proxy(scheme: str) -> None:
    """A proxy that says nothing has the reason proxy and is named."""

    async def main(port: int) -> ProbeResult:
        return await probe(f"{NAME}:443", f"{scheme}://127.0.0.1:{port}", SHORT)

    with listener() as (_, port):
        (failure,) = asyncio.run(main(port)).failures
    said = texts.proxy_no_answer(proxy=f"127.0.0.1:{port}", timeout=SHORT.timeout)
    assert (failure.reason, failure.message) == (FailureReason.PROXY, said)


@kinds
def test_no_proxy_there(scheme: str) -> None:
    """A proxy that cannot be reached has the reason proxy."""
    with listener() as (_, port):
        pass
    (failure,) = asyncio.run(probe(f"{NAME}:443", f"{scheme}://127.0.0.1:{port}")).failures
    said = texts.proxy_not_reached(proxy=f"127.0.0.1:{port}", problem=CONNECTION_REFUSED)
    assert (failure.reason, failure.message) == (FailureReason.PROXY, said)


def test_no_password(tmp_path: Path) -> None:
    """Without its password a probe says so and connects to nobody."""
    keys = {"proxy_password_file": str(tmp_path / "gone")}
    (failure,) = asyncio.run(probe(f"{NAME}:443", "http://me@127.0.0.1:1", **keys)).failures
    gone = secret_file(path=str(tmp_path / "gone"))
    problem = secret_unreadable(secret=gone, error="No such file or directory")
    said = texts.proxy_password_unavailable(proxy="127.0.0.1:1", problem=problem)
    assert (failure.reason, failure.message) == (FailureReason.PROXY, said)


def test_password_too_long_for_socks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password that SOCKS cannot carry is refused before it is sent."""
    monkeypatch.setenv("PROXY_WORD", "x" * 256)
    (failure,) = asyncio.run(
        probe(f"{NAME}:443", "socks5://me@127.0.0.1:1", proxy_password_env="PROXY_WORD")
    ).failures
    assert failure.message == texts.proxy_password_too_long(secret=VARIABLE)


A_PROXY = "a proxy is written as http://"
LOGIN = "a login at a proxy needs user@ in proxy, and proxy_password_file or proxy_password_env"
WRONG = {
    "other scheme": ({"proxy": "ftp://proxy:21"}, A_PROXY),
    "no scheme": ({"proxy": "proxy:3128"}, A_PROXY),
    "no port": ({"proxy": "http://proxy"}, A_PROXY),
    "odd port": ({"proxy": "http://proxy:99999"}, A_PROXY),
    "path": ({"proxy": "http://proxy:3128/x"}, A_PROXY),
    "odd host": ({"proxy": "http://pro xy:3128"}, "a host is a DNS name or an IP address"),
    "password": ({"proxy": "http://me:word@proxy:3128"}, "a password must not be in proxy"),
    "colon": ({"proxy": "http://a%3Ab@proxy:3128"}, "no colon"),
    "no password": ({"proxy": "http://me@proxy:3128"}, LOGIN),
    "no user": ({"proxy": "http://proxy:3128", "proxy_password_env": "A"}, LOGIN),
    "no proxy": ({"proxy_password_env": "A"}, LOGIN),
    "two": (
        {"proxy": "http://me@proxy:1", "proxy_password_env": "A", "proxy_password_file": "a"},
        "only one of proxy_password_file and proxy_password_env",
    ),
}


@pytest.mark.parametrize(("keys", "said"), WRONG.values(), ids=WRONG)
def test_wrong(keys: dict[str, str], said: str) -> None:
    """A mistake is refused with what is wrong, without the password."""
    with pytest.raises(ValidationError) as caught:
        EndpointSettings.model_validate({"address": NAME, **keys})
    message = str(caught.value.errors(include_input=False, include_url=False))
    assert said in message
    assert "word@" not in message


def tinyproxy(folder: Path, port: int) -> list[str]:
    """Return the command for a CONNECT proxy that wants a login."""
    config = folder / "tinyproxy.conf"
    config.write_text(f"Port {port}\nListen 127.0.0.1\nBasicAuth {USER} word\nLogLevel Info\n")
    return ["tinyproxy", "-d", "-c", str(config)]


def microsocks(_: Path, port: int) -> list[str]:
    """Return the command for a SOCKS proxy that wants a login."""
    return ["microsocks", "-i", "127.0.0.1", "-p", str(port), "-u", USER, "-P", "word"]


@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """Run a proxy until the end of the block."""
    with programs.running(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + 20
        while time.monotonic() < end and process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        yield


@pytest.mark.system
@pytest.mark.parametrize(
    ("scheme", "package", "command"),
    [("http", "tinyproxy-bin", tinyproxy), ("socks5", "microsocks", microsocks)],
)
@pytest.mark.parametrize(("word", "expected"), [("word", ()), ("other", (FailureReason.PROXY,))])
def test_of_the_distribution(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    scheme: str,
    package: str,
    command: Callable[[Path, int], list[str]],
    word: str,
    expected: tuple[FailureReason, ...],
) -> None:
    """A proxy that others wrote lets us through with the right password alone, and resolves the name."""
    with listener() as (_, front):
        pass
    words = command(tmp_path, front)
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is missing (Debian: {package})")
    monkeypatch.setenv("PROXY_WORD", word)

    async def main() -> ProbeResult:
        async with listening(SERVING) as port:
            return await probe(
                f"localhost:{port}", f"{scheme}://{USER}@127.0.0.1:{front}", proxy_password_env="PROXY_WORD"
            )

    with running(words, front):
        seen = asyncio.run(main())
    assert (tuple(one.reason for one in seen.failures), bool(seen.sightings)) == (expected, not expected)
