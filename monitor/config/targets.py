"""Turn a configuration and discovered targets into targets with their policies; probes nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from monitor.addresses import HostPort, split_location
from monitor.config.load import Config
from monitor.config.machines import machines
from monitor.config.policy import Policies
from monitor.discovery import DiscoveryKind, with_policy
from monitor.errors import Problem
from monitor.model import DiscoveredTarget, Policy, Target, TargetInfo, TargetTraits, shared
from monitor.parse.display import display
from monitor.settings import PolicySettings
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.endpoint.settings import EndpointSettings
from monitor.sources.files.settings import FilesSettings
from monitor.sources.kinds import DISCOVERED_KINDS, DiscoveredKind, TargetKind, default_policy, targets_of
from monitor.sources.windows_remote.settings import DEFAULT_POLICY, target_of
from monitor.sources.windows_remote.settings import KIND as REMOTE
from monitor.windows.access import RemoteMachine
from monitor.xprotect import Preset, ServiceFacts, make_target_info

_MOST_ENTRIES = 1000
"""Entries of lists of which others may differ in their address only: groups of a list, as a rule."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every target to watch, each id once, and the problems with entries that gave none."""

    targets: tuple[Target, ...]
    problems: tuple[Problem, ...] = ()


def plan(config: Config, discovered: Mapping[str, Sequence[DiscoveredTarget]]) -> Plan:
    """Return the targets: configured ones, then discovered ones, then the files that any of them uses.

    These files are anchors and our client certificates, whose expiry nothing else would report.

    ``discovered`` maps the id of a discovery to its last list. A configured target wins over a discovered one
    with the same id, an earlier discovery over a later one.
    """
    planning = _Planning(config)
    for settings in config.targets:
        planning.add(settings)
    for discovery in config.discoveries:
        everything = _found(discovery, discovered, config)
        for found in everything:
            planning.add_found(discovery, found)
        planning.add_machines(discovery, everything)
    planning.add_client_certificates()
    planning.add_anchors()
    return Plan(tuple(planning.targets.values()), tuple(planning.problems))


def single_target(config: Config, settings: TargetKind) -> Target:
    """Return the target of a single entry under the defaults and policies of a configuration."""
    return single_targets(config)(settings)


def single_targets(config: Config) -> Callable[[TargetKind], Target]:
    """Return a function that is ``single_target`` for any number of entries."""
    planning = _Planning(replace(config, targets=(), discoveries=()))
    return lambda settings: next(planning.targets_of(settings))


def trust_of(config: Config, discovery: DiscoveryKind) -> tuple[str, ...]:
    """Return the anchors by which a discovery verifies its servers."""
    policies = Policies(config.defaults, config.policies)
    return policies.of(discovery.kind, discovery.labels, discovery).trust


def _found(
    discovery: DiscoveryKind, discovered: Mapping[str, Sequence[DiscoveredTarget]], config: Config
) -> Sequence[DiscoveredTarget]:
    if discovery.asks:
        return discovered.get(discovery.id, ())
    return discovery.found(config.presets)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an entry of a list gives, before its preset is applied to its target."""

    settings: DiscoveredKind
    labels: tuple[tuple[str, str], ...]
    preset: Preset | None
    policy: Policy
    owner: str
    note: str


class _Planning:
    """The targets collected so far, by id."""

    def __init__(self, config: Config) -> None:
        self.targets: dict[str, Target] = {}
        self.problems: list[Problem] = []
        self._file = str(config.files[0])
        self._policies = Policies(config.defaults, config.policies)
        self._presets = config.presets
        self._issuers = config.issuers
        self._watched = frozenset(_single_paths(config.targets))
        self._sites: dict[str, str] = {}
        self._entries: dict[tuple[object, ...], _Entry] = {}

    def add(self, settings: TargetKind, own: PolicySettings | None = None, origin: str = "") -> None:
        for target in self.targets_of(settings, own, origin):
            self.targets.setdefault(target.id, target)

    def targets_of(
        self, settings: TargetKind, own: PolicySettings | None = None, origin: str = ""
    ) -> Iterator[Target]:
        preset = self._preset_of(settings)
        named = self._with_site(_labels(preset) | settings.labels)
        before = preset.defaults if preset else default_policy(settings)
        policy = self._policies.of(settings.kind, named, own or settings, before)
        words = self._policies.owner_and_note(settings.kind, named, own or settings, before)
        labels = shared(tuple(sorted(named.items())))
        for one in targets_of(settings, policy):
            target = self._with_own_preset(one, settings)
            target = with_owner(target, *words)
            if origin or target.labels != labels:
                target = replace(target, labels=labels, origin=origin)
            yield target

    def _preset_of(self, settings: TargetKind) -> Preset | None:
        return self._presets.get(settings.preset) if isinstance(settings, EndpointSettings) else None

    def _with_own_preset(self, target: Target, settings: TargetKind) -> Target:
        """Return the target with the preset that its own entry names, if any."""
        preset = self._preset_of(settings)
        if preset is None or not isinstance(settings, EndpointSettings):
            return target
        facts = ServiceFacts(display(settings.service_account), display(settings.product_version))
        return with_preset(target, target.aliases, target.traits, preset, facts=facts)

    def add_machines(self, discovery: DiscoveryKind, found: Sequence[DiscoveredTarget]) -> None:
        """Add the servers of a site to read their stores, if its entry has a ``windows`` block."""
        access = discovery.machine_access()
        if access is None:
            return
        inherited = {name: getattr(discovery, name) for name in ("trust", "owner", "note")}
        missing = {name: value for name, value in inherited.items() if getattr(access, name) is None}
        access = access.model_copy(update=missing)
        for machine in machines(found):
            labels = self._with_site(discovery.labels | dict(machine.labels) | access.labels)
            policy = self._policies.of(REMOTE, labels, access, DEFAULT_POLICY)
            target = replace(
                target_of(access, machine.host, policy),
                labels=shared(tuple(sorted(labels.items()))),
                aliases=machine.aliases,
                origin=discovery.id,
            )
            words = self._policies.owner_and_note(REMOTE, labels, access, DEFAULT_POLICY)
            self.targets.setdefault(target.id, with_owner(target, *words))

    def add_found(self, discovery: DiscoveryKind, found: DiscoveredTarget) -> None:
        try:
            entry = self._entry(discovery, found)
        except ValidationError as error:
            said = "; ".join(str(one["msg"]) for one in error.errors(include_url=False))
            self._leave_out(discovery, found, said)
            return
        except KeyError:
            self._leave_out(discovery, found, f"this version knows no kind {found.kind!r}")
            return
        target = entry.settings.target(entry.policy, discovery.id)
        # A list may have hundreds of thousands of entries, and each copy of a target costs.
        if entry.preset is not None or (found.aliases, found.traits) != (target.aliases, target.traits):
            target = with_preset(
                target,
                found.aliases,
                found.traits,
                entry.preset,
                found.name,
                ServiceFacts(found.account, found.product_version),
            )
        info = _owned(target, entry.owner, entry.note)
        if info is not target.info or entry.labels != target.labels:
            target = replace(target, info=info, labels=entry.labels)
        there = self.targets.setdefault(target.id, target).location
        if there != target.location and found.kind != "endpoint":
            self._leave_out(discovery, found, f"{target.id} is already watched, at {there!r}")

    def _entry(self, discovery: DiscoveryKind, found: DiscoveredTarget) -> "_Entry":
        """Return what an entry of a list gives; one that differs in its address only is not read again.

        Raises ``ValidationError``, and ``KeyError`` for an unknown kind.
        """
        if found.kind != "endpoint":
            return self._read_entry(discovery, found)
        own = (found.title, found.protocol, found.server_name, found.keys)
        key = (discovery.id, found.labels, found.policy, found.preset, own)
        if (known := self._entries.get(key)) is not None:
            with suppress(ValueError):  # reading it says what is wrong
                HostPort.parse(found.address)
                moved = known.settings.model_copy(update={"address": found.address})
                return replace(known, settings=moved)
        if len(self._entries) >= _MOST_ENTRIES:
            self._entries.clear()
        entry = self._entries[key] = self._read_entry(discovery, found)
        return entry

    def _read_entry(self, discovery: DiscoveryKind, found: DiscoveredTarget) -> "_Entry":
        labels = self._with_site(discovery.labels | dict(found.labels))
        settings = _settings(found, labels, found.title or discovery.title)
        preset = self._presets.get(found.preset) if found.preset else None
        own = with_policy(discovery, found)
        before = preset.defaults if preset else None
        return _Entry(
            settings,
            shared(tuple(sorted(labels.items()))),
            preset,
            self._policies.of(found.kind, labels, own, before),
            *self._policies.owner_and_note(found.kind, labels, own, before),
        )

    def _with_site(self, labels: dict[str, str]) -> dict[str, str]:
        """Return labels with the site as it was first written, since case is ignored.

        Everything that groups or joins targets by site, including metrics, then compares equal values.
        """
        if (site := labels.get("site")) is None:
            return labels
        return labels | {"site": self._sites.setdefault(site.casefold(), site)}

    def _leave_out(self, discovery: DiscoveryKind, found: DiscoveredTarget, why: str) -> None:
        self.problems.append(Problem(self._file, 0, discovery.id, f"found {found.address!r}: {why}"))

    def add_client_certificates(self) -> None:
        """Add every client certificate that probes use: probes would fail after its expiry."""
        shown = set(filter(None, (_shown(one.settings) for one in self.targets.values())))
        for path in sorted(shown - self._watched):
            title = f"client certificate {PurePath(path).name}"
            self.add(FilesSettings(kind="files", paths=(path,), title=title), origin="client_cert")

    def add_anchors(self) -> None:
        """Add every anchor file that a policy names: servers do not send their root."""
        done = set(self._watched) | {"system"}
        while paths := self._anchor_paths() - done:
            done |= paths
            for path in sorted(paths):
                title = f"{PurePath(path).name} (trust)"
                self.add(FilesSettings(kind="files", paths=(path,), title=title), origin="trust")

    def _anchor_paths(self) -> set[str]:
        trusts = {target.policy.trust for target in self.targets.values()}
        if self._issuers.acme:
            trusts.add(self._issuers.trust)
        return {path for trust in trusts for path in trust}


def _shown(settings: object) -> str:
    """Return the file of the client certificate that a probe uses, empty for none."""
    if isinstance(settings, Endpoint) and settings.connect.identity:
        return settings.connect.identity.certificate
    if isinstance(settings, RemoteMachine) and settings.identity:
        return settings.identity.certificate
    return ""


def _settings(found: DiscoveredTarget, labels: dict[str, str], title: str) -> DiscoveredKind:
    """Return the settings of a discovered target; raise ``KeyError`` for an unknown kind."""
    keys: dict[str, Any] = {"kind": found.kind, "labels": labels, "title": title} | dict(found.keys)
    if found.kind == "endpoint":
        keys |= {"address": found.address, "server_name": found.server_name or None}
        keys |= {"protocol": found.protocol} if found.protocol else {}
    return DISCOVERED_KINDS[found.kind].model_validate(keys)


def with_preset(  # noqa: PLR0913, PLR0917 - the last two are what a discovery may know
    target: Target,
    aliases: tuple[str, ...],
    traits: TargetTraits,
    preset: Preset | None,
    name: str = "",
    facts: ServiceFacts = ServiceFacts(),  # noqa: B008 - it is frozen
) -> Target:
    """Return a target with the info and traits of its preset; its own title is kept.

    ``name`` is the display name of its server, if known, ``facts`` what else its site says of it.
    """
    info = target.info
    if preset is not None:
        _, port = split_location(target.location)
        info = make_target_info(preset, name or target.info.server, target.host, int(port), facts)
        info = replace(info, title=target.info.title or info.title)
        traits = shared(
            replace(
                traits,
                standby=traits.standby or preset.standby,
                plain_possible=traits.plain_possible or preset.plain_possible,
                key_type=traits.key_type or preset.key_type,
            )
        )
    return replace(target, aliases=aliases, info=info, traits=traits)


def with_owner(target: Target, owner: str, note: str) -> Target:
    """Return a target with an owner and a note."""
    return replace(target, info=_owned(target, owner, note)) if owner or note else target


def _owned(target: Target, owner: str, note: str) -> TargetInfo:
    return shared(replace(target.info, owner=owner, note=note)) if owner or note else target.info


def _labels(preset: Preset | None) -> dict[str, str]:
    """Return the labels of a preset for an entry that names it."""
    if preset is None:
        return {}
    labels = {
        "component": preset.component,
        "certificate_group": preset.certificate_group,
        "vms": preset.vms,
    }
    return {name: value for name, value in labels.items() if value}


def _single_paths(targets: Sequence[TargetKind]) -> Iterator[str]:
    return (t.paths[0] for t in targets if isinstance(t, FilesSettings) and len(t.paths) == 1)
