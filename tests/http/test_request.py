"""Requests and responses as values: bodies, headers, conditions, and nothing that shows a secret."""

import pytest

from monitor.http import texts
from monitor.http.request import FetchError, FetchRequest, FetchResponse, complete
from monitor.model import FailureReason

RESPONSE = FetchResponse(
    200, b'{"a": 1}', (("etag", '"1"'), ("www-authenticate", "NTLM"), ("www-authenticate", "Basic"))
)


def test_form() -> None:
    """A form is posted in its usual encoding, beside the headers that were there."""
    request = FetchRequest("https://a.example/", headers={"Accept": "x"}).with_form({"a b": "ä&c", "d": ""})
    assert (request.method, request.body, request.headers) == (
        "POST",
        b"a+b=%C3%A4%26c&d=",
        {"Accept": "x", "Content-Type": "application/x-www-form-urlencoded"},
    )


def test_json_body() -> None:
    """A value is posted as JSON."""
    request = FetchRequest("https://a.example/").with_json({"a": [1, "ä"]})
    assert (request.method, request.body, request.headers) == (
        "POST",
        b'{"a": [1, "\\u00e4"]}',
        {"Content-Type": "application/json"},
    )


def test_headers_by_name() -> None:
    """Of several headers with one name the first counts, and all can be had."""
    assert RESPONSE.headers == {"etag": '"1"', "www-authenticate": "NTLM"}
    assert RESPONSE.values("www-authenticate") == ("NTLM", "Basic")


@pytest.mark.parametrize("body", [b"", b"null", b"[" * 100_000, b"\xff", b"{"])
def test_no_json(body: bytes) -> None:
    """A body that is no JSON is nothing."""
    assert FetchResponse(200, body).json() is None


@pytest.mark.parametrize(
    ("fields", "condition"),
    [
        ((), {}),
        ((("etag", '"1"'),), {"If-None-Match": '"1"'}),
        ((("last-modified", "Tue"),), {"If-Modified-Since": "Tue"}),
        ((("etag", "x" * 201),), {}),
        ((("etag", "a\x7f"), ("last-modified", "")), {}),
    ],
)
def test_condition(fields: tuple[tuple[str, str], ...], condition: dict[str, str]) -> None:
    """What a server says of a version is sent back to it, unless it is odd."""
    assert FetchResponse(200, b"", fields).condition() == condition


@pytest.mark.parametrize(
    ("response", "target"),
    [
        (FetchResponse(200, b"", (("location", "/x"),)), None),
        (FetchResponse(302, b"", (("location", "/x"),)), "/x"),
        (FetchResponse(308), ""),
        (FetchResponse(304), None),
    ],
)
def test_redirect(response: FetchResponse, target: str | None) -> None:
    """A redirect is one by its status."""
    assert response.redirect == target


def test_no_repr_shows_a_secret() -> None:
    """A login in a header and a token in a body are in no repr."""
    request = FetchRequest("https://a.example/", headers={"Authorization": "s3cret"}, body=b"s3cret")
    assert "s3cret" not in repr(request) + repr(FetchResponse(200, b"s3cret"))


def test_error_text() -> None:
    """The message of an error names the server by its host, or as the caller names it."""
    error = FetchError(FailureReason.CLOSED, texts.closed, "a.example")
    assert error.message == texts.closed(server="a.example")
    assert error.named("a.example:443") == texts.closed(server="a.example:443")
    invalid = texts.url_invalid(url="x")
    assert FetchError(FailureReason.BAD_ANSWER, complete(invalid)).message == invalid
