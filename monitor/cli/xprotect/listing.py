"""The endpoints of sites, as a table and as published JSON; sends nothing."""

import json
from collections.abc import Sequence
from typing import Any

from monitor.addresses import HostPort, join_host_port
from monitor.cli.columns import in_columns
from monitor.cli.xprotect.sites import Site
from monitor.cli.xprotect.targets import GROUPS
from monitor.model import DiscoveredTarget
from monitor.model.label_names import component_name
from monitor.model.message import raw_english
from monitor.parse import display
from monitor.xprotect import Presets

Row = dict[str, Any]

_HEAD = ("COMPONENT", "NAME", "ADDRESS", "PROTOCOL", "GROUP", "TLS")
_WIDEST = 44


def rows(sites: Sequence[Site], presets: Presets) -> list[Row]:
    """Return one row for each endpoint; the keys are published."""
    return [_row(site, found, presets) for site in sites for found in site.answer.found]


def _row(site: Site, found: DiscoveredTarget, presets: Presets) -> Row:
    labels = site.settings.labels | dict(found.labels)
    preset = presets.get(found.preset)
    host, port = HostPort.parse(found.address)
    return {
        "site": labels.get("site", ""),
        "component": labels.get("component", "other"),
        "name": found.name or host,
        "host": host,
        "port": port,
        "protocol": preset.protocol if preset else "tls",
        "certificate_group": labels.get("certificate_group", ""),
        "optional": found.traits.plain_possible or found.traits.standby,
    }


def as_json(listed: Sequence[Row]) -> str:
    """Return one JSON array, plain ASCII."""
    return json.dumps(list(listed), indent=2)


def as_table(listed: Sequence[Row]) -> str:
    """Return the rows in columns, one block for each site, under its first spelling."""
    sites: dict[str, list[Row]] = {}
    for row in listed:
        sites.setdefault(row["site"].casefold(), []).append(row)
    return "\n\n".join(map(_block, sites.values()))


def _block(mine: Sequence[Row]) -> str:
    lines = [_HEAD, *map(_cells, mine)]
    count = f"{len(mine)} {'endpoint' if len(mine) == 1 else 'endpoints'}"
    return "\n".join([f"site {display(mine[0]['site'])}: {count}", *in_columns(lines, _WIDEST)])


def _cells(row: Row) -> tuple[str, ...]:
    return (
        raw_english(component_name(row["component"])),
        display(row["name"]),
        join_host_port(row["host"], row["port"]),
        row["protocol"],
        _group(row["certificate_group"]),
        "optional" if row["optional"] else "expected",
    )


def _group(code: str) -> str:
    """Return a certificate group in a column of groups; one of a configuration keeps its own word."""
    return display(GROUPS.get(code, code).removesuffix(" certificate")) or "-"
