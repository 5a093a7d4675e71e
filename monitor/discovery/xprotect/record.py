"""Turn a site's answers into JSON that is safe to share with us: all names are masked.

Only values known to be harmless are kept: structure, switches, ports, versions. Equal texts get equal masks,
so that relations stay visible. It writes no file.
"""

import ipaddress
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from monitor.addresses import HostPort, IpAddress, read_ip
from monitor.discovery.xprotect.site_query import SiteResult

_GUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_NONE = "00000000-0000-0000-0000-000000000000"
_SECRET = re.compile(
    r"password|passphrase|secret|token|credential|user|login|serial|mac|thumb", re.IGNORECASE
)
_HOST_KEYS = re.compile(r"host|address|computer|domain|server$", re.IGNORECASE)
_PLAIN = frozenset(
    {"version", "model", "type", "lastmodified", "sitetype", "productversion", "driver", "firmwareversion"}
    | {"httpsenabled", "httpsvalidatecertificate", "httpsport", "enabled", "position"}
)
_SERVICES = re.compile(
    r"(?:(?:milestone )?xprotect )?(event|log|mobile|management|recording|report|lpr|data|smart)?\s*"
    r"(server|service|collector|client|map|wall)?|api|api gateway|identity provider|incident manager",
    re.IGNORECASE,
)
_SIMPLE = re.compile(r"[A-Za-z0-9._ :+-]{0,64}")
_LARGEST = 65535
_PATH = re.compile(r"/(?:[A-Za-z]{1,40}(?:\.[a-z]{2,5})?/?)*")


def record(sites: Sequence[tuple[str, SiteResult]]) -> list[dict[str, Any]]:
    """Return the answers of a site and its child sites (``XProtectSite.results``) as masked plain JSON."""
    mask = _Mask()
    return [
        {
            "site": mask.host(HostPort.parse(where).host),
            "version": result.version if _SIMPLE.fullmatch(result.version) else "",
            "failures": [
                {"reason": str(one.reason), "location": _resource(one.location)} for one in result.failures
            ],
            "answers": mask.value("", asdict(result.answers)),
        }
        for where, result in sites
    ]


def _resource(location: str) -> str:
    """Return a location if it is the path of a list, else a mask: it is an address."""
    return location if location.isalpha() else ""


class _Mask:
    """The pseudonyms of masked texts, one for each distinct text."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}
        self._counts: Counter[str] = Counter()

    def value(self, key: str, value: Any) -> Any:
        """Return a value of any type, masked according to its type and its key."""
        if isinstance(value, Mapping):
            return {self._key(str(name)): self.value(str(name), inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(key, inner) for inner in value]
        if isinstance(value, str):
            return self.text(key, value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value if -1 <= value <= _LARGEST else 0
        return value if isinstance(value, bool) else None

    def text(self, key: str, value: str) -> str:
        """Return one masked text; an unrecognized one becomes ``text-N``."""
        plain = key.lower() in _PLAIN
        if _SECRET.search(key) and not plain:
            return "***" if value else ""
        if "://" in value:
            return self._url(value)
        if _GUID.search(value):
            return self._guids(value)
        if not value or (plain and _SIMPLE.fullmatch(value)) or _harmless(value):
            return value
        if read_ip(value) is not None or _HOST_KEYS.search(key):
            return self.host(value)
        return self._known_host(value) or self._pseudonym("text", value.lower(), "text-{}")

    def host(self, value: str) -> str:
        """Return the pseudonym of a host; those of a short name and its full name stay related."""
        name = value.lower().rstrip(".")
        address = read_ip(name)
        if address is not None:
            return self._address(address)
        first, dot, rest = name.partition(".")
        masked = self._pseudonym("host", first, "host-{}")
        return f"{masked}.{self._pseudonym('domain', rest, 'domain-{}.example')}" if dot else masked

    def _known_host(self, value: str) -> str:
        return self.host(value) if ("host", value.lower().partition(".")[0]) in self._known else ""

    def _key(self, key: str) -> str:
        return self._guids(key) if _GUID.search(key) else key if _SIMPLE.fullmatch(key) else "key"

    def _address(self, address: IpAddress) -> str:
        if address.is_loopback or address.is_unspecified or address.is_link_local:
            return str(address)
        if address.version == 6:
            return self._pseudonym("v6", str(address), "2001:db8::{:x}")
        number = int(self._pseudonym("v4", str(address), "{}"))
        return str(ipaddress.IPv4Address("198.18.0.0") + number)

    def _guids(self, value: str) -> str:
        """Return a text such as ``FailoverGroup[ID]`` reduced to its ids and its resource name."""
        found = [
            _NONE
            if guid == _NONE
            else self._pseudonym("guid", guid.lower(), "00000000-0000-0000-0000-{:012d}")
            for guid in _GUID.findall(value)
        ]
        word = re.fullmatch(r"([A-Za-z]{0,40})\[" + _GUID.pattern + r"\]", value)
        return f"{word[1]}[{found[0]}]" if word else " ".join(found)

    def _url(self, value: str) -> str:
        try:
            parts = urlsplit(value)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return self._pseudonym("text", value, "text-{}")
        masked = self.host(host) if host else ""
        where = f"[{masked}]" if ":" in masked else masked
        path = parts.path if _PATH.fullmatch(parts.path) else "/path"
        return f"{parts.scheme}://{where}{f':{port}' if port else ''}{path}"

    def _pseudonym(self, kind: str, text: str, form: str) -> str:
        known = self._known.get((kind, text))
        if known is None:
            self._counts[kind] += 1
            known = self._known[kind, text] = form.format(self._counts[kind])
        return known


def _harmless(value: str) -> bool:
    switch = value.lower() in ("yes", "no", "true", "false")
    number = value.isascii() and value.isdigit() and len(value) <= 5
    return switch or number or _SERVICES.fullmatch(value) is not None
