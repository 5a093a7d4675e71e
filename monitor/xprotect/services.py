"""The endpoints of the management server, its API gateway and the services that a site registers."""

from collections.abc import Iterator

from monitor.parse.display import display
from monitor.xprotect import fields, hosts
from monitor.xprotect.answers import Answers
from monitor.xprotect.presets import Preset, Presets
from monitor.xprotect.recorders import Note
from monitor.xprotect.site_endpoint import SiteEndpoint

_NAMED = ("uri", "url", "endpoint")


def management_server(api: hosts.ServiceUrl, presets: Presets, name: str) -> Iterator[SiteEndpoint]:
    """Yield the ports of the configured management server; the port of its gateway is the configured one."""
    for number, preset in enumerate(presets.watched_ports("management_server")):
        port = preset.port if number or api.port is None else api.port
        yield SiteEndpoint(preset, name, api.host, port)


def api_gateways(answers: Answers, presets: Presets) -> Iterator[SiteEndpoint | Note]:
    """Yield the API gateways that the site announces."""
    preset = next(iter(presets.watched_ports("api_gateway")), None)
    for text in answers.api_gateways:
        found = hosts.url(text) if isinstance(text, str) else None
        if found is None:
            yield f"ApiGateways: {display(str(text), 100)} is no usable address"
        elif preset and found.usual_port not in presets.never_tls:
            yield SiteEndpoint(preset, "", found.host, found.usual_port)


def registered_services(answers: Answers, presets: Presets) -> Iterator[SiteEndpoint | Note]:
    """Yield the endpoints of registered services; those with an unknown name have component ``other``."""
    for item in answers.registered_services:
        if fields.enabled(item):
            yield from _service(item, presets)


def _service(item: object, presets: Presets) -> Iterator[SiteEndpoint | Note]:
    who = fields.description("registeredServices", item)
    name = fields.display_name(item)
    role = presets.role_of_service(fields.text(item, "name", "displayName"))
    texts = list(dict.fromkeys(fields.texts_under(item, *_NAMED)))
    urls = []
    for text in texts:
        found = hosts.url(text)
        if found is None:
            yield f"{who}: {display(text, 100)} is no address that can be watched"
        else:
            urls.append(found)
    if not texts:
        yield f"{who} ({name or 'no name'}): it names no address, so it is not watched"
    endpoints = list(_endpoints(urls, role, name, presets))
    if urls and not endpoints:
        yield f"{who} ({name or 'no name'}): it announces no port with TLS, so it is not watched"
    yield from endpoints


def _endpoints(
    urls: list[hosts.ServiceUrl], role: str, name: str, presets: Presets
) -> Iterator[SiteEndpoint]:
    """Yield each host and port once; if only ports without TLS are announced, the role's usual ones."""
    usual = presets.watched_ports(role)
    met: set[str] = set()
    for found in urls:
        port = found.usual_port
        preset = _preset(presets, role, port)
        if preset and preset.probeable and (found.encrypted or _worth_a_probe(preset, port, presets)):
            met.add(found.host)
            yield SiteEndpoint(preset, name, found.host, port)
    for host in dict.fromkeys(found.host for found in urls if found.host not in met):
        yield from (SiteEndpoint(preset, name, host, preset.port) for preset in usual[:1])


def _worth_a_probe(preset: Preset, port: int, presets: Presets) -> bool:
    """Return whether a port announced with http may use TLS nevertheless."""
    return port not in presets.never_tls and (preset.by_default or preset.role == "other")


def _preset(presets: Presets, role: str, port: int) -> Preset | None:
    every = presets.all_ports(role)
    return next((preset for preset in every if preset.port == port), every[0] if every else None)


def child_sites(answers: Answers, presets: Presets) -> Iterator[SiteEndpoint | Note]:
    """Yield the gateway of each child site of a federation; a child itself lists its other endpoints."""
    preset = next(iter(presets.watched_ports("management_server")), None)
    for item in answers.child_sites:
        if not fields.enabled(item) or preset is None:
            continue
        texts = fields.texts_under(item, *_NAMED, "address", "hostname")
        found = next((one for one in map(hosts.url, texts) if one), None)
        if found is None:
            yield f"{fields.description('childSites', item)}: no usable address, so it is not watched"
            continue
        port = 443 if found.usual_port in presets.never_tls else found.usual_port
        name = fields.display_name(item)
        yield SiteEndpoint(preset, name, found.host, port, site=name or found.host)
