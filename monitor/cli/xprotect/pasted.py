"""The endpoints of sites as YAML to paste below ``targets:``, so that no password is stored.

Every text is written as a JSON string, which is valid YAML 1.2. It sends nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from monitor.cli.xprotect.sites import Site
from monitor.model import DiscoveredTarget, Margin, Severity
from monitor.settings import PolicySettings, Settings

_ODD = re.compile(r"[^ -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\ufeff]")


def as_yaml(sites: Sequence[Site]) -> str:
    """Return the entries of all sites; an endpoint of two sites is listed once."""
    met: set[tuple[str, str]] = set()
    return "\n".join(line for site in sites for line in _site(site, met))


def _site(site: Site, met: set[tuple[str, str]]) -> Iterator[str]:
    yield f"  # {site.settings.address}, as of now: what changes at the site later is not included"
    if site.answer.failures:
        yield "  # incomplete: some lists could not be fetched"
    own = _own(site.settings)
    for found in site.answer.found:
        key = (found.address, found.server_name)
        if key not in met:
            met.add(key)
            yield from _entry(site, found, own)


def _entry(site: Site, found: DiscoveredTarget, own: dict[str, Any]) -> Iterator[str]:
    part = found.traits
    keys: dict[str, Any] = {
        "address": found.address,
        "server_name": found.server_name,
        "title": found.title or site.settings.title,
        "server": found.name,
        "labels": site.settings.labels | dict(found.labels),
        "preset": found.preset,
        "service_account": found.account,
        "product_version": found.product_version,
        "public_names": list(part.public_names),
        "stands_in_for": list(part.stands_in_for),
        "aliases": list(found.aliases),
    }
    yield "  - kind: endpoint"
    for key, value in (keys | own).items():
        if value:
            yield f"    {key}: {_written(value)}"


def _written(value: Any) -> str:
    """Return a value as JSON; characters that YAML forbids are escaped, others stay readable."""
    return _ODD.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(value, ensure_ascii=False))


def _own(settings: PolicySettings) -> dict[str, Any]:
    """Return the policy keys that an entry sets itself, as written in a configuration."""
    names = PolicySettings.model_fields
    return {name: _plain(getattr(settings, name)) for name in names if name in settings.model_fields_set}


def _plain(value: Any) -> Any:
    match value:
        case timedelta():
            return f"{value / timedelta(milliseconds=1):.0f}ms"
        case Margin():
            return f"{value.share * 100:.10g}%" if value.share is not None else _plain(value.length)
        case Settings():
            return {name: _plain(getattr(value, name)) for name in value.model_fields_set}
        case Mapping():
            return {str(key): "off" if one is None else str(Severity(one)) for key, one in value.items()}
        case tuple():
            return [_plain(one) for one in value]
    return value
