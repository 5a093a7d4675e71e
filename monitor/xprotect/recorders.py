"""Recording servers and failover recorders: their endpoints and the hosts that they replace."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from monitor.xprotect import fields, hosts
from monitor.xprotect.answers import Answers
from monitor.xprotect.presets import Presets
from monitor.xprotect.site_endpoint import SiteEndpoint

Note = str
_URIS = ("webServerUri", "activeWebServerUri")


@dataclass(frozen=True, slots=True)
class _Recorder:
    """The hosts and port of one recorder; ``media`` is the port of its streams, ``None`` if unknown."""

    id: str
    name: str
    host: str
    media: int | None
    encrypted: bool | None
    public: str
    public_names: tuple[str, ...]
    aliases: tuple[str, ...]


def recording_servers(answers: Answers, presets: Presets) -> Iterator[SiteEndpoint | Note]:
    """Yield the ports of every enabled recording server, and a note for each that cannot be parsed."""
    plain: list[str] = []
    for item in answers.recording_servers:
        if not fields.enabled(item):
            continue
        recorder = _read(item)
        if recorder is None:
            yield _unreadable("recordingServers", item)
            continue
        yield from _endpoints(recorder, "recording_server", presets)
        if recorder.encrypted is False:
            plain.append(recorder.name or recorder.host)
    if plain:
        yield f"recordingServers: streams are not encrypted on {_some(plain)}"


def failover_recorders(answers: Answers, presets: Presets) -> Iterator[SiteEndpoint | Note]:
    """Yield the ports of every failover recorder, with the hosts that it can replace.

    A recorder that a recording server names as its hot standby always runs; any other opens its ports only
    when it takes over.
    """
    stood_in_for = _stood_in_for(answers)
    seen: set[str] = set()
    for item, groups in _failover_items(answers):
        recorder = _read(item)
        if recorder and recorder.id and recorder.id in seen:
            continue
        if recorder is None:
            yield _unreadable("failoverRecorders", item)
            continue
        seen.add(recorder.id)
        hot = stood_in_for.get(recorder.id, ())
        role = "hot_standby" if hot and not groups else "failover_recorder"
        behind = hot + tuple(host for group in groups for host in stood_in_for.get(group, ()))
        for endpoint in _endpoints(recorder, role, presets):
            yield replace(endpoint, stands_in_for=tuple(dict.fromkeys(behind)))


def _failover_items(answers: Answers) -> Iterator[tuple[object, tuple[str, ...]]]:
    """Yield each enabled failover recorder with the groups that it belongs to."""
    groups_of: dict[str, list[str]] = {}
    members: list[object] = []
    for group, items in answers.group_recorders.items():
        for item in items:
            groups_of.setdefault(fields.identity(item), []).append(fields.guid(group) or group)
            members.append(item)
    for item in (*members, *answers.failover_recorders):
        if fields.enabled(item):
            known = groups_of.get(fields.identity(item), [])
            parent = _parent_group(item)
            yield item, tuple(dict.fromkeys((*known, *((parent,) if parent else ()))))


def _parent_group(item: object) -> str:
    parent = fields.value(fields.value(item, "relations"), "parent")
    return fields.guid(parent) if "failovergroup" in fields.text(parent, "type").casefold() else ""


def _stood_in_for(answers: Answers) -> Mapping[str, tuple[str, ...]]:
    """Return the hosts of recorders that each failover group and each hot standby can replace."""
    behind: dict[str, tuple[str, ...]] = {}
    settings_of = {fields.guid(key) or key: items for key, items in answers.recorder_failovers.items()}
    for item in answers.recording_servers:
        recorder = _read(item)
        if recorder is None or not fields.enabled(item):
            continue
        for table in fields.tables(settings_of.get(recorder.id, ())):
            for name in ("hotStandby", "primaryFailoverGroup", "secondaryFailoverGroup"):
                named = fields.guid(fields.value(table, name))
                if named:
                    behind[named] = (*behind.get(named, ()), recorder.host)
    return behind


def _read(item: object) -> _Recorder | None:
    urls = [found for name in _URIS if (found := hosts.url(fields.text(item, name)))]
    deprecated = hosts.host(fields.text(item, "hostName"))
    # The active URI may lead to the failover recorder during a failover: it is only used without the other.
    media = urls[0] if urls else None
    host = media.host if media else deprecated
    if not host:
        return None
    open_to_public = fields.flag(item, "publicAccessEnabled")
    public = hosts.host(fields.text(item, "publicWebserverHostName")) if open_to_public else ""
    return _Recorder(
        id=fields.identity(item),
        name=fields.display_name(item),
        host=host,
        media=media.port if media else fields.port(item, "portNumber"),
        encrypted=media.encrypted if media else None,
        public=public,
        public_names=(deprecated,) if hosts.same_machine(deprecated, host) else (),
        aliases=(deprecated,) if deprecated else (),
    )


def _endpoints(recorder: _Recorder, role: str, presets: Presets) -> Iterator[SiteEndpoint]:
    for preset in presets.watched_ports(role):
        media = preset.certificate_group == "streaming_media"
        yield SiteEndpoint(
            preset=preset,
            name=recorder.name,
            host=recorder.host,
            port=(recorder.media or preset.port) if media else preset.port,
            public_names=recorder.public_names + ((recorder.public,) if recorder.public and media else ()),
            aliases=recorder.aliases,
        )


def _unreadable(resource: str, item: object) -> Note:
    name = fields.description(resource, item)
    return f"{name}: no usable host in webServerUri or hostName, so it is not watched"


def _some(names: list[str]) -> str:
    rest = len(names) - 5
    return ", ".join(names[:5]) + (f" and {rest} more" if rest > 0 else "")
