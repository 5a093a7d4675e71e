"""List every endpoint in one site's answers, each once, with the names of the manuals.

It sends nothing; answers that cannot be parsed become notes, never exceptions.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from monitor.model import DiscoveredTarget
from monitor.parse.display import display
from monitor.xprotect import fields, hosts
from monitor.xprotect.answers import Answers
from monitor.xprotect.cameras import cameras
from monitor.xprotect.presets import Presets
from monitor.xprotect.recorders import Note, failover_recorders, recording_servers
from monitor.xprotect.services import api_gateways, child_sites, management_server, registered_services
from monitor.xprotect.site_endpoint import SiteEndpoint
from monitor.xprotect.target_info import LONGEST_NAME

MOST_NOTES = 20
PARTS = ("servers", "failover", "services", "cameras", "child_sites")


@dataclass(frozen=True, slots=True)
class SiteList:
    """Every endpoint of a site, and notes about those left out or not parsed."""

    found: tuple[DiscoveredTarget, ...]
    notes: tuple[str, ...]


def site_endpoints(  # noqa: PLR0913 - the last four come from the configuration of the site
    answers: Answers,
    presets: Presets,
    *,
    site: str,
    api_address: str,
    include: Collection[str] = PARTS[:4],
    allow_local: bool = False,
) -> SiteList:
    """Return the endpoints in a site's answers.

    ``site`` is the label; if empty, the site's own name, then the host of ``api_address`` (host, host:port or
    URL of the configured server). ``include`` names parts (``PARTS``). Machine-local hosts are left out with
    a note, unless ``allow_local`` is set or the configured server is one.
    """
    api = hosts.url(api_address)
    own = fields.display_name(answers.sites[0]) if answers.sites else ""
    label = site or own or (api.host if api else "")
    said = list(_everything(answers, presets, api, own, include))
    notes = [one for one in said if isinstance(one, Note)]
    endpoints = [one for one in said if isinstance(one, SiteEndpoint)]
    if not allow_local and not (api and hosts.is_local(api.host)):
        endpoints = [endpoint.without_local_hosts() for endpoint in endpoints]
        notes += _local_notes(endpoints)
        endpoints = [endpoint for endpoint in endpoints if not hosts.is_local(endpoint.host)]
    facts = _facts(answers)
    found = tuple(endpoint.discovered_target(label, "xprotect", *facts) for endpoint in _once(endpoints))
    return SiteList(found, tuple(_bounded(dict.fromkeys(notes))))


def _facts(answers: Answers) -> tuple[str, str]:
    """Return the service account and the version that the site says, each possibly empty."""
    site = answers.sites[0] if answers.sites else None
    account, version = (
        display(fields.text(site, name), LONGEST_NAME) for name in ("serviceAccount", "version")
    )
    return account, version


def _everything(
    answers: Answers, presets: Presets, api: hosts.ServiceUrl | None, own: str, include: Collection[str]
) -> Iterator[SiteEndpoint | Note]:
    """Yield every endpoint; of several with one location, the first determines the preset."""
    if "servers" in include:
        if api:
            yield from management_server(api, presets, own)
        yield from recording_servers(answers, presets)
    if "failover" in include:
        yield from failover_recorders(answers, presets)
    if "services" in include:
        services = list(registered_services(answers, presets))
        yield from sorted(services, key=_vagueness)
        yield from api_gateways(answers, presets)
    if "cameras" in include:
        yield from cameras(answers, presets)
    if "child_sites" in include:
        yield from child_sites(answers, presets)


def _vagueness(one: SiteEndpoint | Note) -> bool:
    return isinstance(one, SiteEndpoint) and one.preset.component in ("other", "api_gateway")


def _once(endpoints: Iterable[SiteEndpoint]) -> Iterable[SiteEndpoint]:
    """Return each host and port once; a short name equals the only full name that begins with it."""
    listed = list(endpoints)
    full = hosts.full_names(name for endpoint in listed for name in endpoint.hosts)
    met: dict[tuple[str, int], SiteEndpoint] = {}
    for endpoint in (endpoint.with_full_names(full) for endpoint in listed):
        key = (endpoint.host, endpoint.port)
        met[key] = met[key].merge_with(endpoint) if key in met else endpoint
    return met.values()


def _local_notes(endpoints: Iterable[SiteEndpoint]) -> Iterator[Note]:
    for endpoint in endpoints:
        if hosts.is_local(endpoint.host):
            name = endpoint.name or endpoint.preset.name
            yield (
                f"{name}: {endpoint.host} is another machine here than on the site, "
                "so it is not watched (allow_local: true watches it)"
            )


def _bounded(notes: Iterable[Note]) -> Iterator[Note]:
    """Yield the first notes about each resource, then a note with the number of further ones."""
    counts: dict[str, int] = {}
    for note in notes:
        resource = re.split(r"[ :]", note, maxsplit=1)[0]
        counts[resource] = counts.get(resource, 0) + 1
        if counts[resource] <= MOST_NOTES:
            yield note
    for resource, count in counts.items():
        if count > MOST_NOTES:
            yield f"{resource}: {count - MOST_NOTES} more notes of this kind"
