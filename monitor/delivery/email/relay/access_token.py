"""Access tokens for a login with XOAUTH2: what a token server's response means, in words; pure.

Source: RFC 6749 sections 4.4 and 5.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from monitor.addresses import read_url
from monitor.errors import CertMonitorError
from monitor.http.request import FetchResponse
from monitor.parse.display import display
from monitor.secrets import Secret

_OK = 200
_LONGEST = 8192
"""RFC 4954 section 4 allows 12,288 bytes for the command that carries the token in base64."""
_UNKNOWN_LIFE = timedelta(minutes=5)
_LONGEST_LIFE = timedelta(days=1)
_LONGEST_WAIT = timedelta(hours=1)
_MOST_ROLES = 5
_ADVICE = {
    "invalid_client": (
        "check email.oauth2.client_id and the client secret: it may be wrong or expired, and Microsoft 365 "
        "wants the value of the secret, not its ID"
    ),
    "unauthorized_client": "check email.oauth2.tenant and email.oauth2.client_id, and what the client may do",
    "invalid_request": "check email.oauth2.tenant or email.oauth2.token_url",
    "invalid_grant": "let the administrator of the token server admit this client",
    "invalid_scope": "check email.oauth2.scope",
    "unsupported_grant_type": "let the administrator of the token server allow client credentials",
}


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Where access tokens come from, and the client that asks for them.

    ``secret`` is called at each request, so that a new secret needs no reload. ``ca`` is the path of a PEM or
    DER file that is trusted in addition to the system's anchors.
    """

    url: str
    client_id: str
    secret: Callable[[], Secret] = field(repr=False)
    scope: str = ""
    ca: str = ""
    timeout: timedelta = timedelta(seconds=30)

    @property
    def host(self) -> str:
        """Return the host of the token server for messages."""
        return read_url(self.url, ("https", "http"), "is no URL").host


@dataclass(frozen=True, slots=True)
class RelayToken:
    """An access token, and how long it is valid from its response on."""

    secret: Secret
    life: timedelta = _UNKNOWN_LIFE


class TokenError(CertMonitorError):
    """There is no access token; the text says why, and ``after`` how long the server asks to wait."""

    def __init__(self, sentence: str, after: timedelta | None = None) -> None:
        """Store both."""
        super().__init__(f"no access token for the login: {sentence}")
        self.after = after


def read_token(response: FetchResponse, settings: TokenSettings, secret: Secret) -> RelayToken:
    """Return the token of a response; raise ``TokenError`` for one without, never with ``secret`` in it."""
    if response.redirect is not None:
        url = _clean(response.redirect, secret)
        raise TokenError(
            f"{settings.host} redirects to {url}, which is not followed: check email.oauth2.token_url"
        )
    content = response.json()
    fields = content if isinstance(content, dict) else {}
    if response.status != _OK:
        raise _refused(response, fields, settings.host, secret)
    token, kind = fields.get("access_token"), fields.get("token_type", "bearer")
    if not isinstance(token, str) or not _sendable(token):
        raise TokenError(f"{settings.host} answered without a usable one: check email.oauth2.token_url")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise TokenError(f"{settings.host} gave a token that is not of the type Bearer")
    return RelayToken(Secret(token), _life(fields.get("expires_in")))


def claims(token: Secret) -> str:
    """Return a clause with a token's audience and roles, empty where the token is opaque.

    A wrong audience or a missing permission is the usual reason why a relay refuses a token.
    """
    parts = token.reveal().split(".")
    try:
        content = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, RecursionError):
        return ""
    if not isinstance(content, dict) or not isinstance(content.get("aud"), str):
        return ""
    roles = content.get("roles")
    named = [one for one in roles if isinstance(one, str)][:_MOST_ROLES] if isinstance(roles, list) else []
    allows = display(", ".join(named), 200) if named else "no roles"
    return f"the access token is for {display(content['aud'], 200)} and has {allows}"


def challenge_words(challenge: str) -> str:
    """Return what the challenge says by which a relay refuses a token: JSON in base64, mostly."""
    try:
        content = json.loads(base64.b64decode(challenge.strip(), validate=True))
    except (binascii.Error, ValueError, RecursionError):
        return ""
    if not isinstance(content, dict):
        return ""
    said = {name: content[name] for name in ("status", "scope") if isinstance(content.get(name), str | int)}
    return display(", ".join(f"{name} {value}" for name, value in said.items()), 200)


def _refused(response: FetchResponse, fields: dict[str, Any], host: str, secret: Secret) -> TokenError:
    code, after = fields.get("error"), _retry_after(response)
    if not isinstance(code, str) or not code:
        return TokenError(f"{host} answered with HTTP {response.status}: check email.oauth2.token_url", after)
    said = fields.get("error_description")
    # What follows differs each time, and a sentence is logged again when it is new.
    words = said.partition("Trace ID:")[0] if isinstance(said, str) else ""
    quoted = f" ({_clean(words, secret)})" if words.strip() else ""
    advice = _ADVICE.get(code, "check email.oauth2")
    return TokenError(f"{host} answered {_clean(code, secret)}{quoted}: {advice}", after)


def _clean(words: str, secret: Secret) -> str:
    return display(" ".join(words.replace(secret.reveal(), "***").split()), 300)


def _retry_after(response: FetchResponse) -> timedelta | None:
    text = response.headers.get("retry-after", "")
    whole = text.isascii() and text.isdigit() and len(text) < 8
    return min(timedelta(seconds=int(text)), _LONGEST_WAIT) if whole else None


def _life(expires_in: object) -> timedelta:
    """Return how long a token is valid; some servers write the number as a text."""
    text = str(expires_in)
    if isinstance(expires_in, bool) or not text.isascii() or not text.isdigit() or len(text) > 9:
        return _UNKNOWN_LIFE
    return min(timedelta(seconds=int(text)), _LONGEST_LIFE)


def _sendable(token: str) -> bool:
    return token.isascii() and token.isprintable() and " " not in token and 0 < len(token) <= _LONGEST
