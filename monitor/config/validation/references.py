"""The files and variables that a configuration names, with the keys that name them; opens none of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from monitor.config.sections.heartbeat import HeartbeatSettings
from monitor.config.settings import FileSettings
from monitor.delivery.email.relay.keys import OAuth2Settings, RelayKeys
from monitor.delivery.post_settings import PostedEntry
from monitor.delivery.xprotect_alarm.entry import XProtectAlarmEntry
from monitor.discovery import DiscoverySettings
from monitor.documents import Keys
from monitor.settings import TargetSettings
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.files.settings import FilesSettings
from monitor.sources.kubernetes.settings import KubernetesSettings
from monitor.windows.access import WindowsAccess


class ReferenceKind(StrEnum):
    """The type of a reference."""

    ANCHOR = "anchor"
    CA = "ca"
    FOLDER = "folder"
    OWN = "own"
    PASSWORD_FILE = "password_file"  # noqa: S105 - the name of a key
    PASSWORD_ENV = "password_env"  # noqa: S105 - the name of a key
    STORE = "store"


_NAMING = (DiscoverySettings, EndpointSettings, KubernetesSettings, WindowsAccess)
_NAMED = {
    "password_file": ReferenceKind.PASSWORD_FILE,
    "password_env": ReferenceKind.PASSWORD_ENV,
    "client_secret_file": ReferenceKind.PASSWORD_FILE,
    "client_secret_env": ReferenceKind.PASSWORD_ENV,
    "token_file": ReferenceKind.PASSWORD_FILE,
    "token_env": ReferenceKind.PASSWORD_ENV,
    "url_file": ReferenceKind.PASSWORD_FILE,
    "url_env": ReferenceKind.PASSWORD_ENV,
    "secret_file": ReferenceKind.PASSWORD_FILE,
    "secret_env": ReferenceKind.PASSWORD_ENV,
    "previous_secret_file": ReferenceKind.PASSWORD_FILE,
    "proxy_password_file": ReferenceKind.PASSWORD_FILE,
    "proxy_password_env": ReferenceKind.PASSWORD_ENV,
    "client_cert": ReferenceKind.OWN,
    "kubeconfig": ReferenceKind.OWN,
    "folder": ReferenceKind.FOLDER,
    "client_key": ReferenceKind.OWN,
    "client_key_passphrase_file": ReferenceKind.PASSWORD_FILE,
    "client_key_passphrase_env": ReferenceKind.PASSWORD_ENV,
    "cert_file": ReferenceKind.OWN,
    "key_file": ReferenceKind.OWN,
}


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference: its file and keys, its type, and the path, variable or address that it names."""

    file: Path
    keys: Keys
    kind: ReferenceKind
    value: str


def references(file: Path, settings: FileSettings) -> Iterator[Reference]:
    """Iterate over every reference of one file."""
    return (Reference(file, keys, thing, value) for keys, thing, value in _raw(settings))


def _raw(settings: FileSettings) -> Iterator[tuple[Keys, ReferenceKind, str]]:
    for keys, trust in _trusts(settings):
        for index, value in enumerate(trust or ()):
            if value != "system":
                yield (*keys, "trust", index), ReferenceKind.ANCHOR, value
    yield from _notified(settings)
    for keys, holder in _holders(settings):
        yield from _named(keys, holder)
    yield from _passphrases(settings)
    yield from _agents(settings)
    if settings.workers is not None:
        yield from _named(("workers", "nats"), settings.workers.nats)
    if settings.store is not None:
        yield ("store", "url"), ReferenceKind.STORE, settings.store.url
        yield from _named(("store",), settings.store)


def _notified(settings: FileSettings) -> Iterator[tuple[Keys, ReferenceKind, str]]:
    if settings.email is not None:
        yield from _relay(("email",), settings.email)
        for index, relay in enumerate(settings.email.fallback_relays):
            yield from _relay(("email", "fallback_relays", index), relay)
    for index, receiver in enumerate(settings.receivers or ()):
        if isinstance(receiver, PostedEntry | XProtectAlarmEntry):
            yield from _with_ca(("receivers", index), receiver)
    if settings.heartbeat is not None:
        yield from _with_ca(("heartbeat",), settings.heartbeat)


def _agents(settings: FileSettings) -> Iterator[tuple[Keys, ReferenceKind, str]]:
    for name, zone in (settings.zones or {}).items():
        for index, agent in enumerate(zone.agents):
            yield from _named(("zones", name, "agents", index), agent)
    if settings.agents is not None:
        yield from _named(("agents",), settings.agents)
        if settings.agents.client_ca is not None:
            yield ("agents", "client_ca"), ReferenceKind.CA, settings.agents.client_ca


def _relay(keys: Keys, relay: RelayKeys) -> Iterator[tuple[Keys, ReferenceKind, str]]:
    for at, holder in ((keys, relay), ((*keys, "oauth2"), relay.oauth2)):
        if holder is not None:
            yield from _with_ca(at, holder)


def _with_ca(
    keys: Keys, holder: RelayKeys | OAuth2Settings | PostedEntry | XProtectAlarmEntry | HeartbeatSettings
) -> Iterator[tuple[Keys, ReferenceKind, str]]:
    if holder.ca is not None:
        yield (*keys, "ca"), ReferenceKind.CA, holder.ca
    yield from _named(keys, holder)


def _holders(settings: FileSettings) -> Iterator[tuple[Keys, object]]:
    for index, target in enumerate(settings.targets):
        if isinstance(target, _NAMING) and not _at_agents(target):
            yield ("targets", index), target
        if (access := _machine_access(target)) and not target.zone:
            yield ("targets", index, "windows"), access
    for name, module in settings.probe.modules.items() if settings.probe else ():
        yield ("probe", "modules", name), module


def _at_agents(target: TargetSettings) -> bool:
    """Return whether a target's files are those of its zone's agents; a discovery is made here."""
    return bool(target.zone) and not isinstance(target, DiscoverySettings)


def _machine_access(target: object) -> WindowsAccess | None:
    return target.machine_access() if isinstance(target, DiscoverySettings) else None


def _named(keys: Keys, target: object) -> Iterator[tuple[Keys, ReferenceKind, str]]:
    for name, thing in _NAMED.items():
        named = getattr(target, name, None)
        if named is not None:
            yield (*keys, name), thing, named


def _passphrases(settings: FileSettings) -> Iterator[tuple[Keys, ReferenceKind, str]]:
    for index, target in enumerate(settings.targets):
        if not isinstance(target, FilesSettings) or target.zone:
            continue
        for number, one in enumerate(target.passphrases):
            keys = ("targets", index, "passphrases", number)
            if one.file is not None:
                yield (*keys, "file"), ReferenceKind.PASSWORD_FILE, one.file
            if one.env is not None:
                yield (*keys, "env"), ReferenceKind.PASSWORD_ENV, one.env


def _trusts(settings: FileSettings) -> Iterator[tuple[Keys, tuple[str, ...] | None]]:
    if settings.defaults is not None:
        yield ("defaults",), settings.defaults.trust
    for index, rule in enumerate(settings.policies):
        yield ("policies", index), rule.trust
    for index, target in enumerate(settings.targets):
        yield ("targets", index), target.trust
        if access := _machine_access(target):
            yield ("targets", index, "windows"), access.trust
    for name, module in settings.probe.modules.items() if settings.probe else ():
        yield ("probe", "modules", name), module.trust
    if settings.issuers is not None:
        yield ("issuers",), settings.issuers.trust
