"""Check that an answer is about the locations of its order, and no larger than a probe of its kind gives.

Nobody at a center knows what an agent saw. But a probe of one server has nothing to say about another one,
and what no probe can give has been made up. Pure.
"""

import re
from collections.abc import Callable, Iterator

from monitor.addresses import is_ip, join_host_port, split_location
from monitor.model import ProbeRequest, ProbeResult
from monitor.model.observation import is_within
from monitor.parse import display
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.files.globs import has_magic
from monitor.sources.files.settings import Files
from monitor.sources.kubernetes.settings import NAMESPACE, Cluster
from monitor.windows.access import RemoteMachine
from monitor.wire.document import LONGEST, WireError

MOST_OF_ENDPOINT, MOST = 4096, 100_000
"""Entries of one sort in an answer: a server has 32 addresses at most, a folder 100,000 files."""
MOST_LOCATIONS = 256
"""Locations of an endpoint: each of its addresses with each type of key."""
LARGEST_OF_ENDPOINT, LARGEST_OF_ALL = 4 * 1024 * 1024, 256 * 1024 * 1024
"""Bytes of all certificates in an answer."""
_WEBHOOKS = ("validatingwebhookconfiguration", "mutatingwebhookconfiguration")
_WINDOWS = re.compile(r"[A-Za-z]:/|//")


def refuse_implausible(request: ProbeRequest, result: ProbeResult) -> None:
    """Raise ``WireError`` for a result that no probe of this request can have."""
    endpoint = isinstance(request.settings, Endpoint)
    most = MOST_OF_ENDPOINT if endpoint else MOST
    if max(map(len, _parts(result))) > most:
        raise WireError(f"the answer has more than {most} entries of one sort")
    largest = LARGEST_OF_ENDPOINT if endpoint else LARGEST_OF_ALL
    if sum(map(len, result.ders.values())) > largest:
        raise WireError(f"the certificates of the answer have more than {largest} bytes")
    locations, belongs = set(_locations(result)), _belongs(request)
    if endpoint and len(locations) > MOST_LOCATIONS:
        raise WireError(f"the answer has more than {MOST_LOCATIONS} locations")
    for location in locations:
        if location and location != request.location and not belongs(location):
            raise WireError(f"the answer speaks of {display(location, 80)}, which its order does not")


def _parts(result: ProbeResult) -> Iterator[tuple[object, ...] | frozenset[str]]:
    yield from (result.sightings, result.failures, result.lists, result.staples)
    yield from (result.isolated, result.tls_versions)
    if result.machine is not None:
        machine = result.machine
        yield from (machine.names, machine.entries, machine.stores)
        yield from (machine.roots or (), machine.intermediates or ())
        yield from (machine.bindings or (), machine.accounts or ())


def _locations(result: ProbeResult) -> Iterator[str]:
    yield from (one.location for one in result.sightings)
    yield from (one.location for one in result.failures)
    yield from (one.location for one in result.lists)
    yield from (one.location for one in result.staples)
    yield from result.isolated
    yield from (location for location, _ in result.tls_versions)
    if result.machine is not None:
        yield from (one.location for one in result.machine.entries)


def _belongs(request: ProbeRequest) -> Callable[[str], bool]:
    """Return a test for the locations at which a probe of a request may see something."""
    settings = request.settings
    if isinstance(settings, Endpoint):
        return lambda location: _of_endpoint(location, request.location, settings)
    if isinstance(settings, Files):
        return lambda location: any(_below(location, path) for path in settings.paths)
    if isinstance(settings, Cluster):
        return lambda location: _in_cluster(location, settings)
    host = display(settings.host, LONGEST) if isinstance(settings, RemoteMachine) else request.location
    return lambda location: location == host or location.startswith(f"{host}/")


def _of_endpoint(location: str, ordered: str, endpoint: Endpoint) -> bool:
    """Return whether a location is the ordered one, one of its addresses, or a key type of either."""
    if is_within(location, ordered):
        return True
    host, _ = split_location(location.partition(" (")[0])
    address = join_host_port(host, endpoint.port)
    return endpoint.connect.every_address and is_ip(host) and is_within(location, address)


def _below(location: str, ordered: str) -> bool:
    """Return whether a path, or an alias in it, is at or below the fixed part of an ordered path."""
    found, names = _as_path(location), []
    for name in _as_path(display(ordered, LONGEST)).split("/"):
        if has_magic(name):
            break
        names.append(name)
    base = "/".join(names).rstrip("/")
    inside = found == base or found.startswith((f"{base}/", f"{base}#"))
    return inside and ".." not in found.split("/")


def _as_path(text: str) -> str:
    path = text.replace("\\", "/")
    return path.lower() if _WINDOWS.match(path) else path


def _in_cluster(location: str, cluster: Cluster) -> bool:
    """Return whether a location is a list or an object in one of the namespaces that are read."""
    first, slash, _ = location.partition("/")
    if not slash or first in _WEBHOOKS:
        return first in (*_WEBHOOKS, "secrets", "configmaps")
    wanted = first in cluster.namespaces if cluster.namespaces else NAMESPACE.fullmatch(first) is not None
    return wanted and first not in cluster.exclude_namespaces
