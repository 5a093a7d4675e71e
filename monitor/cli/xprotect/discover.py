"""``cert-monitor xprotect discover``: print the endpoints of a site; changes nothing."""

import argparse
import asyncio
import json
import platform
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

from monitor import __version__
from monitor.cli.output import say
from monitor.cli.xprotect.listing import as_json, as_table, rows
from monitor.cli.xprotect.pasted import as_yaml
from monitor.cli.xprotect.port_details import port_details
from monitor.cli.xprotect.sites import COMMAND, Site, ask_sites, site_config
from monitor.clock import SystemClock
from monitor.discovery.xprotect.record import record
from monitor.errors import UsageError
from monitor.messages import english, failure_line
from monitor.parse import display

_LONGEST = 4096


def discover(arguments: argparse.Namespace) -> int:
    """Print every endpoint of the sites; return 3 when a list could not be read completely."""
    config = site_config(arguments)
    sites = ask_sites(config, keep=bool(arguments.record))
    if arguments.record:
        _keep(arguments.record, sites)
    answered = [site for site in sites if site.answered]
    if arguments.format == "yaml":
        say(as_yaml(answered))
    elif answered or arguments.format == "json":
        listed = rows(answered, config.presets)
        say(as_json(listed) if arguments.format == "json" else as_table(listed))
    failed = False
    for site in sites:
        failed = _print_notes(site, len(sites) > 1) or failed
    return 3 if failed else 0


def _print_notes(site: Site, several: bool) -> bool:  # noqa: FBT001 - whether to print the name of the site
    """Print notes and failures; return whether there were failures."""
    name, writer = site.settings.id if several else "", english(SystemClock().now())
    for note in site.answer.notes:
        print(display(f"note: {f'{name}: ' if name else ''}{note}", _LONGEST), file=sys.stderr)
    for failure in site.answer.failures:
        print(display(failure_line(failure, writer, name), _LONGEST), file=sys.stderr)
    return bool(site.answer.failures)


def _keep(path: Path, sites: Sequence[Site]) -> None:
    seen = asyncio.run(port_details(found for site in sites for found in site.answer.found))
    recorded = record([site.recorded for site in sites], seen, _about())
    try:
        path.write_text(json.dumps(recorded, indent=2) + "\n", encoding="ascii")
    except OSError as error:
        raise UsageError(f"{COMMAND}: --record {path} cannot be written: {error.strerror or error}") from None
    note = (
        f"note: {path} has the answers with names and addresses masked; read it before you send it to anybody"
    )
    print(note, file=sys.stderr)


def _about() -> dict[str, str]:
    """Return what is needed to do the same elsewhere; no name of this machine."""
    return {
        "cert-monitor": __version__,
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION,
        "system": f"{platform.system()} {platform.machine()}",
        "day": f"{SystemClock().now():%Y-%m-%d}",
    }
