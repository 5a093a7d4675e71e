"""What the answers to posted notifications mean, and that nothing shows the address."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.delivery.receiver import SendStatus
from support.factories.alerts.world import NOW
from support.servers.programs import free_port
from support.servers.web.posted import TOKEN, about, answered, configured, sent, to
from support.servers.web.server import Request, http, web

SECOND = timedelta(seconds=1)
LATER = format_datetime(NOW + 90 * SECOND, usegmt=True)


@pytest.mark.parametrize(
    ("status", "expected", "uncertain"),
    [
        ("200 OK", SendStatus.ACCEPTED, False),
        ("202 Accepted", SendStatus.ACCEPTED, False),
        ("204 No Content", SendStatus.ACCEPTED, False),
        ("301 Moved", SendStatus.REFUSED, False),
        ("302 Found", SendStatus.REFUSED, False),
        ("304 Not Modified", SendStatus.REFUSED, False),
        ("307 Temporary Redirect", SendStatus.REFUSED, False),
        ("400 Bad Request", SendStatus.REFUSED, False),
        ("403 Forbidden", SendStatus.REFUSED, False),
        ("404 Not Found", SendStatus.REFUSED, False),
        ("408 Request Timeout", SendStatus.RETRY, False),
        ("410 Gone", SendStatus.REFUSED, False),
        ("418 Teapot", SendStatus.REFUSED, False),
        ("429 Too Many Requests", SendStatus.RETRY, False),
        ("500 Internal Server Error", SendStatus.RETRY, True),
        ("502 Bad Gateway", SendStatus.RETRY, True),
        ("503 Service Unavailable", SendStatus.RETRY, False),
    ],
)
def test_statuses(status: str, expected: SendStatus, *, uncertain: bool) -> None:
    """Each status is accepted, tried again or refused for good, with a sentence that shows no address."""
    location = f"Location: https://elsewhere.example/{TOKEN}"
    body = b"" if status[:3] in ("204", "304") else f"no {TOKEN}".encode()
    result, server, notes = answered(http(body, status, location))
    assert (result.status, result.uncertain, len(server.requests)) == (expected, uncertain, 1)
    assert (result.why == "") == (expected is SendStatus.ACCEPTED)
    assert TOKEN not in f"{result} {notes}"


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("said", "expected"), [("7", 7 * SECOND), (LATER, 90 * SECOND), ("soon", None), ("9" * 20, None)]
)
def test_retry_after(status: str, said: str, expected: timedelta | None) -> None:
    """A server that is busy says when to come again, in seconds or with a date."""
    result, _, _ = answered(http(b"", status, f"Retry-After: {said}"))
    assert (result.status, result.after, result.receiver_down) == (SendStatus.RETRY, expected, True)


def test_too_large() -> None:
    """What is refused for its size is offered in its short form."""
    result, _, _ = answered(http(b"", "413 Content Too Large"))
    assert (result.status, result.too_large) == (SendStatus.REFUSED, True)


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"channel_is_archived", " (channel_is_archived)"),
        (b"invalid_blocks\n", " (invalid_blocks)"),
        (b"<html>", ""),
        (TOKEN.encode(), ""),
        (b"a_" * 30 + b"a", ""),
        (b"\xff_\xff", ""),
    ],
)
def test_error_codes(body: bytes, shown: str) -> None:
    """A body that is an error code is quoted, and no other."""
    result, _, _ = answered(http(body, "404 Not Found"))
    assert (
        result.why == f"127.0.0.1 answered with HTTP 404{shown}: the address is wrong, or is valid no longer"
    )


async def silent(_request: Request, _writer: asyncio.StreamWriter) -> None:
    """Answer too late."""
    await asyncio.sleep(30)


async def dropping(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Hang up."""
    writer.close()


async def half(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Hang up in the middle of the answer."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf")


@pytest.mark.parametrize("reply", [silent, dropping, half, b"hello\r\n\r\n"])
def test_without_an_answer(reply: object) -> None:
    """Whether it was accepted is uncertain, so it is repeated."""
    result, _, _ = answered(reply, 0.5)  # type: ignore[arg-type]
    assert (result.status, result.uncertain, result.receiver_down) == (SendStatus.RETRY, True, True)
    assert TOKEN not in result.why


def test_nobody_listens() -> None:
    """Where no connection is made nothing can have been accepted."""
    result, _ = asyncio.run(sent(to(f"http://127.0.0.1:{free_port()}/{TOKEN}"), about(None)))
    assert (result.status, result.uncertain, result.receiver_down) == (SendStatus.RETRY, False, True)
    assert result.why == "127.0.0.1 refused the connection"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "the password in file {file} is empty"),
        (f"http://hooks.example/{TOKEN}", "http would send the notifications in the clear; write https://"),
        (f"https://me:{TOKEN}@hooks.example/", "must not contain a user name or password"),
        (f"gopher://{TOKEN}", "must be a URL such as https://hooks.vms.example/alerts"),
        (f"https://{TOKEN}..example", "must be a URL such as https://hooks.vms.example/alerts"),
    ],
)
def test_wrong_addresses_in_files(tmp_path: Path, content: str, why: str) -> None:
    """What is in the file is said without repeating it, and it is tried again: the file may be mended."""
    receiver = configured(tmp_path, "name: chat, kind: teams, url_file: url", url=content)
    result, _ = asyncio.run(sent(receiver, about(None, "chat")))
    assert (result.status, result.receiver_down) == (SendStatus.RETRY, True)
    assert result.why.endswith(why.format(file=tmp_path / "url"))
    assert TOKEN not in result.why


def test_address_is_sent_as_written() -> None:
    """Nothing of an address is decoded or encoded again: its signature is over what is written."""

    async def run() -> list[str]:
        async with web() as server:
            await sent(to(server.url("/a%2Fb?sp=%2Ftriggers%2Frun&sig=a-b_c%3D#part")), about(None))
        return server.asked

    assert asyncio.run(run()) == ["/a%2Fb?sp=%2Ftriggers%2Frun&sig=a-b_c%3D"]
