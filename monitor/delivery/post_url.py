"""The address that a notification is posted to: which ones are taken; no sentence repeats one."""

from monitor.addresses import is_loopback_host, read_url

_NO_URL = "must be a URL such as https://hooks.vms.example/alerts"
_LONGEST = 2048


def checked_url(text: str) -> str:
    """Return the address without its fragment; raise ``ValueError`` for one that nothing is posted to.

    In the clear only to this machine: the addresses of chats are their passwords.
    """
    try:
        url = read_url(text, ("https", "http"), _NO_URL)
    except ValueError:
        raise ValueError(_NO_URL) from None
    if " " in text or not text.isascii() or len(text) > _LONGEST:
        raise ValueError(f"{_NO_URL}, in ASCII without spaces and of at most {_LONGEST} characters")
    if url.has_login:
        raise ValueError("must not contain a user name or password")
    if url.parts.scheme != "https" and not is_loopback_host(url.host):
        raise ValueError("http would send the notifications in the clear; write https://")
    return url.parts._replace(path=url.parts.path or "/", fragment="").geturl()


def host_of(url: str) -> str:
    """Return the host of a checked address, the only part that may be shown."""
    return read_url(url, ("https", "http"), _NO_URL).host
