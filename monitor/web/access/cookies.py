"""The names and attributes of our cookies, and how they are read from a request."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

SESSION = "cert-monitor"
LOGIN = "cert-monitor-login"
"""Holds a random text while somebody has the login page open."""
_LONGEST = 8192


def cookie_name(name: str, *, secure: bool) -> str:
    """Return the name under which a browser keeps a cookie; with TLS no other host can set it.

    Source: RFC 6265bis section 4.1.3.2, ``__Host-``.
    """
    return f"__Host-{name}" if secure else name


def cookies_of(headers: Headers) -> Mapping[str, str]:
    """Return the cookies of a request by name."""
    text = headers.get("cookie", "")
    found: SimpleCookie = SimpleCookie()
    try:
        found.load(text[:_LONGEST])
    except CookieError:
        return {}
    return {name: one.value for name, one in found.items()}


def written(name: str, value: str, *, secure: bool, seconds: int) -> str:
    """Return the header that sets a cookie, which no script can read and no other site's form sends along.

    ``Lax`` and not ``Strict``: who follows a link in a mail stays logged in.
    """
    said = f"{cookie_name(name, secure=secure)}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}"
    return f"{said}; Secure" if secure else said
