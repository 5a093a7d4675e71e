"""Whatever a token server or a relay answers, it is a token or a sentence, and no secret is in it."""

import base64
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.delivery.email.relay.access_token import (
    RelayToken,
    TokenError,
    TokenSettings,
    challenge_words,
    claims,
    read_token,
)
from monitor.http.request import FetchResponse
from monitor.secrets import Secret

SECRET = Secret("bright-copper-kettles")
SETTINGS = TokenSettings("https://login.vms.example/token", "client-1", lambda: SECRET)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(SECRET.reveal()),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=5,
)
FIELDS = st.dictionaries(
    st.sampled_from(["access_token", "token_type", "expires_in", "error", "error_description"]), JSON
)


def read(response: FetchResponse) -> str:
    """Return the sentence about a response, empty where it has a token."""
    try:
        token = read_token(response, SETTINGS, SECRET)
    except TokenError as error:
        return str(error)
    assert isinstance(token, RelayToken)
    assert " " not in token.secret.reveal()
    return ""


@given(st.sampled_from([200, 302, 400, 401, 429, 500]), FIELDS, st.text())
@example(302, {}, SECRET.reveal())
@example(429, {}, "\u00b2")
@example(401, {"error": SECRET.reveal(), "error_description": SECRET.reveal()}, "")
def test_any_json(status: int, fields: dict[str, object], header: str) -> None:
    """Any fields, of any type, give a token or one line without the secret."""
    headers = (("location", header), ("retry-after", header))
    said = read(FetchResponse(status, json.dumps(fields).encode(), headers))
    assert SECRET.reveal() not in said
    assert "\n" not in said


@given(st.binary(max_size=200))
@example(b"[" * 100_000)
@example(b'{"expires_in": ' + b"9" * 5000 + b"}")
def test_any_bytes(body: bytes) -> None:
    """A response that is no JSON has no token."""
    assert "without a usable one" in read(FetchResponse(200, body))


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode()))
@example(base64.b64encode(b"[" * 100_000).decode())
def test_any_challenge(challenge: str) -> None:
    """A challenge that says nothing is left out."""
    assert "\n" not in challenge_words(challenge)


@given(st.text(max_size=100) | st.dictionaries(st.sampled_from(["aud", "roles"]), JSON).map(json.dumps))
def test_any_token(content: str) -> None:
    """A token that cannot be read says nothing about itself."""
    middle = base64.urlsafe_b64encode(content.encode("utf-8", "replace")).decode().rstrip("=")
    for token in (content, f"a.{middle}.c"):
        assert "\n" not in claims(Secret(token))


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["SMTP.SendAsApp"], "SMTP.SendAsApp"),
        ([], "no roles"),
        (None, "no roles"),
        ("Mail.Send", "no roles"),
        ([str(number) for number in range(9)], "0, 1, 2, 3, 4"),
    ],
)
def test_roles(roles: object, expected: str) -> None:
    """The roles of a token are named, a few of them."""
    middle = base64.urlsafe_b64encode(json.dumps({"aud": "here", "roles": roles}).encode()).decode()
    assert claims(Secret(f"a.{middle}.c")) == f"the access token is for here and has {expected}"
