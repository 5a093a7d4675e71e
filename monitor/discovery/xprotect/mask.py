"""Pseudonyms for everything that names something: hosts, addresses, ids, people, texts.

Only values known to be harmless are kept: structure, switches, ports, versions. Equal texts get equal masks
everywhere, so that relations stay visible.
"""

import ipaddress
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from monitor.addresses import LOCALHOST_NAMES, IpAddress, read_ip
from monitor.discovery.xprotect import mask_words as words


class Mask:
    """The pseudonyms of masked texts, one for each distinct text."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._counts: Counter[str] = Counter()

    def value(self, key: str, value: Any) -> Any:  # noqa: PLR0911 - one for each type
        """Return a value of any type, masked according to its type and its key."""
        if isinstance(value, Mapping):
            return {self.key(str(name)): self.value(str(name), inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(key, inner) for inner in value]
        if isinstance(value, str):
            return self.text(key, value)
        if isinstance(value, bool) or value is None:
            return value
        if _is_secret(key):
            return 0
        if not isinstance(value, int):
            return None
        return value if -1 <= value <= words.LARGEST or key.lower() in words.MASKS else 0

    def text(self, key: str, value: str) -> str:
        """Return one masked text; an unrecognized one becomes ``text-N``."""
        lower = key.lower()
        if _is_secret(key):
            return "***" if value else ""
        if not value or self._plain(lower, value):
            return value
        if words.URL.fullmatch(value):
            return self.url(value)
        return self._guids(value) if words.GUID.search(value) else self._named(key, value)

    def _named(self, key: str, value: str) -> str:
        """Return the pseudonym of a host or of any other text."""
        if read_ip(value) is not None or words.HOST_KEYS.search(key):
            return self.host(value)
        if key.lower() in ("name", "displayname") and (service := words.SERVICE_FIRST.match(value)):
            return f"{service[1]} {self._text(value[service.end() :])}"
        return self._known_host(value) or self._text(value)

    def _plain(self, key: str, value: str) -> bool:  # noqa: PLR0911 - one for each form
        """Return whether a text is harmless: a switch, a version, a time, a number of a port and such."""
        lower = value.lower()
        if lower in words.SWITCHES or lower in words.ACCOUNTS or lower in words.KINDS:
            return True
        if key in words.VERSIONS and len(value) <= 40 and words.VERSION.fullmatch(value):
            return True
        if key in words.TIMES and words.TIME.fullmatch(value):
            return True
        if key in words.RIGHT_NAMES and lower in words.RIGHTS:
            return True
        if key in words.MASKS and value.isascii() and value.isdigit():
            return len(value) <= words.LONGEST_MASK
        if value.isascii() and value.isdigit() and len(value) <= 5:
            return words.NUMBERS.search(key) is not None
        if key == "type" and value in words.RESOURCES:
            return True
        return key in ("name", "displayname") and words.SERVICES.fullmatch(value) is not None

    def _text(self, value: str) -> str:
        return self._pseudonym("text", value.strip().lower(), "text-{}")

    def path(self, path: str) -> str:
        """Return the path of a URL: known words stay, ids are masked as such, anything else is ``path``."""
        return "/".join(self._segment(one) for one in path.split("/"))

    def _segment(self, segment: str) -> str:
        plain = unquote(segment)
        if not plain or plain.lower() in words.SEGMENTS:
            return segment
        return quote(self._guids(plain), safe="") if words.GUID.fullmatch(plain) else "path"

    def host(self, value: str) -> str:
        """Return the pseudonym of a host; those of a short name and its full name stay related."""
        name = value.strip().lower().rstrip(".")
        if name in LOCALHOST_NAMES:
            return name
        address = read_ip(name)
        if address is not None:
            return self._address(address)
        first, dot, rest = name.partition(".")
        masked = self._pseudonym("host", first, "host-{}")
        return f"{masked}.{self.domain(rest)}" if dot else masked

    def domain(self, value: str) -> str:
        """Return the pseudonym of a domain, the part of a host's name after its first dot."""
        return self._pseudonym("domain", value.lower(), "domain-{}.example")

    def _known_host(self, value: str) -> str:
        return self.host(value) if ("host", value.lower().partition(".")[0]) in self._known else ""

    def key(self, key: str) -> str:
        """Return the name of a field; one that has no such form is masked."""
        if words.GUID.search(key):
            return self._guids(key)
        return key if words.KEY.fullmatch(key) and sum(map(str.isdigit, key)) < words.LEAST else "key"

    def scrubbed(self, value: Any, secrets: Iterable[str] = ()) -> Any:
        """Return a masked value without any text that was masked elsewhere, and without these secrets.

        A name that a rule masks at one place may stand at another where a rule would keep it.
        """
        wrong = {_folded(one): "***" for secret in secrets for one in _forms(secret)}
        for (kind, text), masked in self._known.items():
            if kind != "guid" and len(text) >= words.LEAST and text not in words.ORDINARY:
                wrong.setdefault(text, _v4(masked) if kind == "v4" else masked)
        wrong = {text: masked for text, masked in wrong.items() if text}
        if not wrong:
            return value
        found = re.compile("|".join(map(re.escape, sorted(wrong, key=len, reverse=True))), re.IGNORECASE)

        @cache
        def cleaned(text: str) -> str:
            return text if words.OURS.fullmatch(text) else found.sub(lambda one: wrong[one[0].lower()], text)

        return _replaced(value, cleaned)

    def _address(self, address: IpAddress) -> str:
        if address.is_loopback or address.is_unspecified or address.is_link_local:
            return str(address)
        if address.version == 6:
            return self._pseudonym("v6", str(address), "2001:db8::{:x}")
        return _v4(self._pseudonym("v4", str(address), "{}"))

    def _guids(self, value: str) -> str:
        """Return a text such as ``FailoverGroup[ID]`` reduced to its ids and its resource name."""
        found = [
            words.NO_GUID
            if guid == words.NO_GUID
            else self._pseudonym("guid", guid.lower(), "00000000-0000-0000-0000-{:012d}")
            for guid in words.GUID.findall(value)
        ]
        word = re.fullmatch(r"([A-Za-z]{0,40})\[" + words.GUID.pattern + r"\]", value)
        return f"{word[1]}[{found[0]}]" if word else " ".join(found)

    def url(self, value: str) -> str:
        """Return a URL without user, query and fragment, and with its host and path masked."""
        try:
            parts = urlsplit(value)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return self._text(value)
        masked = self.host(host) if host else ""
        where = f"[{masked}]" if ":" in masked else masked
        scheme = parts.scheme if parts.scheme in words.SCHEMES else "scheme"
        path = self.path(parts.path)
        return (
            f"{scheme}://{where}{f':{port}' if port else ''}{'/path' if 'path' in path.split('/') else path}"
        )

    def _pseudonym(self, kind: str, text: str, form: str) -> str:
        known = self._known.get((kind, text))
        if known is None:
            self._counts[kind] += 1
            known = self._known[kind, text] = form.format(self._counts[kind])
        return known


def _v4(number: str) -> str:
    return str(ipaddress.IPv4Address("198.18.0.0") + int(number))


def _is_secret(key: str) -> bool:
    return words.SECRET.search(key) is not None and key.lower() not in words.NOT_SECRET


def _forms(secret: str) -> tuple[str, ...]:
    """Return a secret as it is and in base64."""
    if not secret:
        return ()
    coded = b64encode(secret.encode()).decode().rstrip("=")
    return (secret, coded) if len(coded) >= words.LEAST else (secret,)


def _folded(text: str) -> str:
    return text.lower()


def _replaced(value: Any, cleaned: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, Mapping):
        return {
            key if key.lower() in words.FIXED else cleaned(key): _replaced(inner, cleaned)
            for key, inner in value.items()
        }
    return [_replaced(inner, cleaned) for inner in value] if isinstance(value, list | tuple) else value
