"""The record of a query of sites: one JSON value that is safe to send, from which a fault can be found afar.

Everything in it went through one ``Mask``, so that the same thing has the same pseudonym everywhere. It
writes no file. Decision 0707 says why it has this form; a record can be replayed as a simulated site.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from monitor.addresses import HostPort
from monitor.discovery.xprotect.exchanges import SiteExchange
from monitor.discovery.xprotect.mask import Mask
from monitor.discovery.xprotect.site_query import SiteResult
from monitor.model import DiscoveredTarget, Failure
from monitor.xprotect.known_fields import unknown_by_resource

FORMAT = 2
READ_FIRST = (
    "This file is for a report about a site that cert-monitor reads wrongly. Read it before you send it.",
    "It has the answers of the site's API in the order of the requests, and what its ports showed in TLS.",
    "Replaced are names, addresses, ids, texts and names in certificates, the same thing by the same name.",
    "Examples: host-1, domain-1.example, 198.18.0.1, text-1, 00000000-0000-0000-0000-000000000001.",
    "Not replaced are names of fields, switches, ports, versions, dates, loopback addresses and durations.",
    "Not in it are passwords, tokens, cookies, keys, serial numbers, thumbprints, and what was sent.",
)
_HEADERS = frozenset(
    {"allow", "cache-control", "connection", "content-encoding", "content-length", "content-type", "date"}
    | {"expires", "location", "pragma", "retry-after", "server", "strict-transport-security", "vary", "via"}
    | {"transfer-encoding", "www-authenticate", "x-powered-by", "x-frame-options", "keep-alive", "etag"}
)
_LEFT_OUT = frozenset({"set-cookie", "cookie", "authorization", "proxy-authorization"})
_PLAIN_HEADERS = frozenset({"content-length", "date", "retry-after", "connection", "transfer-encoding"})
_PLAIN_VALUE = re.compile(
    r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT|\d{1,9}|keep-alive|close|chunked",
    re.IGNORECASE,
)
_TYPES = frozenset({"application/json", "text/html", "text/plain", "application/xml", "text/xml"})
_SERVERS = ("Microsoft-IIS/10.0", "Microsoft-HTTPAPI/2.0", "Kestrel", "uvicorn")
_SCHEMES = frozenset({"basic", "bearer", "digest", "negotiate", "ntlm"})
_QUERY = frozenset({"page", "size"})


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """What is known of one configured site: its results by ``host:port``, every exchange, and its targets."""

    results: Sequence[tuple[str, SiteResult]]
    exchanges: Sequence[SiteExchange]
    found: Sequence[DiscoveredTarget] = ()
    failures: Sequence[Failure] = ()
    login: str = ""
    include: Sequence[str] = ()
    secrets: Sequence[str] = ()


def record(
    sites: Sequence[SiteRecord],
    ports: dict[str, dict[str, Any]] | None = None,
    about: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the record; ``ports`` is what was seen at each address, ``about`` our version and platform."""
    mask = Mask()
    made = {
        "sites": [_site(site, mask) for site in sites],
        "ports": [
            {"address": _where(address, mask), **_port(seen, mask)} for address, seen in (ports or {}).items()
        ],
    }
    secrets = [secret for site in sites for secret in site.secrets]
    head: dict[str, Any] = {"read_me_first": list(READ_FIRST), "format": FORMAT, "about": about or {}}
    head.update(mask.scrubbed(made, secrets))
    return head


def _site(site: SiteRecord, mask: Mask) -> dict[str, Any]:
    return {
        "login": site.login,
        "include": list(site.include),
        "queried": [_result(where, result, mask) for where, result in site.results],
        "failures": [_failure(one, mask) for one in site.failures],
        "requests": [_exchange(one, mask) for one in site.exchanges],
        "targets": [_target(one, mask) for one in site.found],
    }


def _result(where: str, result: SiteResult, mask: Mask) -> dict[str, Any]:
    return {
        "site": _where(where, mask),
        "version": mask.text("version", result.version),
        "failures": [_failure(one, mask) for one in result.failures],
        "unknown_fields": {
            resource: [mask.key(name) for name in names]
            for resource, names in unknown_by_resource(result.answers).items()
        },
    }


def _failure(one: Failure, mask: Mask) -> dict[str, str]:
    location = one.location if one.location.isalpha() else _where(one.location, mask)
    return {"reason": str(one.reason), "said": one.message.code, "location": location}


def _target(one: DiscoveredTarget, mask: Mask) -> dict[str, Any]:
    return {
        "address": _where(one.address, mask),
        "preset": one.preset,
        "aliases": [mask.host(name) for name in one.aliases],
        "stands_in_for": [mask.host(name) for name in one.traits.stands_in_for],
    }


def _where(address: str, mask: Mask) -> str:
    try:
        host, port = HostPort.parse(address)
    except ValueError:
        return mask.text("", address)
    masked = mask.host(host)
    return f"[{masked}]:{port}" if ":" in masked else f"{masked}:{port}"


def _exchange(one: SiteExchange, mask: Mask) -> dict[str, Any]:
    made: dict[str, Any] = {
        "at": _where(one.where, mask),
        "method": one.method,
        "path": _path(one.path, mask),
        "ms": round(one.seconds * 1000),
    }
    if one.reason:
        return made | {"no_answer": one.reason}
    return made | {
        "status": one.status,
        "headers": [[*_header(name, value, mask)] for name, value in one.fields if name not in _LEFT_OUT],
        **_body(one.body, mask),
    }


def _path(path: str, mask: Mask) -> str:
    parts = urlsplit(path)
    known = [(key, value) for key, value in parse_qsl(parts.query) if key in _QUERY and value.isdigit()]
    query = "&".join(f"{key}={value}" for key, value in known)
    return mask.path(parts.path) + (f"?{query}" if query else "")


def _header(name: str, value: str, mask: Mask) -> tuple[str, str]:
    if name not in _HEADERS:
        return mask.text("", f"header {name}"), mask.text("", value)
    if name == "www-authenticate":
        scheme = value.partition(" ")[0]
        return name, scheme if scheme.lower() in _SCHEMES else "other"
    if name == "location":
        return name, mask.url(value) if "://" in value else mask.path(urlsplit(value).path)
    if name == "content-type":
        kind = value.partition(";")[0].strip().lower()
        return name, kind if kind in _TYPES else "other"
    known = value in _SERVERS or (name in _PLAIN_HEADERS and _PLAIN_VALUE.fullmatch(value))
    return name, value if known else mask.text("", value)


def _body(body: bytes, mask: Mask) -> dict[str, Any]:
    try:
        return {"json": mask.value("", json.loads(body))}
    except (ValueError, RecursionError):
        return {"not_json": {"bytes": len(body), "begins_with": _form(body)}}


def _form(body: bytes) -> str:
    """Return what kind of text a body is by its first character, without showing any of it."""
    first = body.lstrip()[:1]
    return {b"<": "markup", b"{": "object", b"[": "array", b"": "nothing"}.get(first, "other")


def _port(seen: dict[str, Any], mask: Mask) -> dict[str, Any]:
    """Return what was seen at a port, with the names in its certificates masked."""
    chain = [_certificate(one, mask) for one in seen.get("chain", ())]
    return {key: value for key, value in seen.items() if key != "chain"} | {"chain": chain}


def _certificate(seen: dict[str, Any], mask: Mask) -> dict[str, Any]:
    return {
        key: _names(value, mask)
        if key == "names"
        else mask.host(value)
        if key in ("subject", "issuer")
        else value
        for key, value in seen.items()
    }


def _names(names: Iterable[str], mask: Mask) -> list[str]:
    return [f"*.{mask.domain(name[2:])}" if name.startswith("*.") else mask.host(name) for name in names]
