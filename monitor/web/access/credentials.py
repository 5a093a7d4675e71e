"""The credentials that a request carries, as they are written in it; verifies nothing."""

import hashlib
import secrets
from base64 import b64decode
from binascii import Error

from starlette.datastructures import Headers

_LONGEST = 1000
PREFIX = "certmon_"
"""What a token of a program begins with, by which scanners for leaked secrets know it."""


def bearer(headers: Headers) -> str:
    """Return the bearer token of a request (RFC 6750 section 2.1), empty without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def basic(headers: Headers) -> tuple[str, str] | None:
    """Return name and password of basic authentication (RFC 7617), ``None`` without or for odd ones."""
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic" or len(text) > _LONGEST:
        return None
    try:
        name, colon, password = b64decode(text.strip(), validate=True).decode().partition(":")
    except (Error, ValueError):
        return None
    return (name, password) if colon else None


def new_token() -> str:
    """Return a new token of 32 random bytes."""
    return PREFIX + secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return the SHA-256 of a token, by which it is stored.

    A slow hash protects what people choose; of 32 random bytes nobody finds one by trying.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
