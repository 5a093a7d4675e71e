"""From what a discovery found to targets, and to the machines behind them; pure."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from monitor.addresses import HostPort
from monitor.config.load import Config
from monitor.config.targets.entries import Sites
from monitor.config.targets.machines import machines
from monitor.config.targets.policy import Policies
from monitor.config.targets.presets import owned, with_owner, with_preset
from monitor.discovery import DiscoveryKind, with_policy
from monitor.model import DiscoveredTarget, Policy, Target, shared
from monitor.sources.kinds import DISCOVERED_KINDS, DiscoveredKind, in_zone
from monitor.sources.windows_remote.settings import DEFAULT_POLICY, target_of
from monitor.sources.windows_remote.settings import KIND as REMOTE
from monitor.xprotect import Preset, ServiceFacts

_MOST_ENTRIES = 1000
"""Entries of lists of which others may differ in their address only: groups of a list, as a rule."""


class NoTargetError(ValueError):
    """What was found gives no target; the text says why."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an entry of a list gives, before its preset is applied to its target."""

    settings: DiscoveredKind
    labels: tuple[tuple[str, str], ...]
    preset: Preset | None
    policy: Policy
    owner: str
    note: str


class FoundPlanner:
    """Makes the targets of discoveries under the policies of one configuration."""

    def __init__(self, config: Config, policies: Policies, sites: Sites) -> None:
        """Take what all discoveries share."""
        self._presets = config.presets
        self._policies = policies
        self._sites = sites
        self._entries: dict[tuple[object, ...], _Entry] = {}

    def machines_of(self, discovery: DiscoveryKind, found: Sequence[DiscoveredTarget]) -> Iterator[Target]:
        """Iterate over the servers of a site whose stores its ``windows`` block reads."""
        access = discovery.machine_access()
        if access is None:
            return
        inherited = {name: getattr(discovery, name) for name in ("trust", "owner", "note")}
        missing = {name: value for name, value in inherited.items() if getattr(access, name) is None}
        access = access.model_copy(update=missing)
        for machine in machines(found):
            labels = self._sites.with_site(discovery.labels | dict(machine.labels) | access.labels)
            policy = self._policies.of(REMOTE, labels, access, DEFAULT_POLICY)
            target = replace(
                target_of(access, machine.host, policy),
                labels=shared(tuple(sorted(labels.items()))),
                aliases=machine.aliases,
                origin=discovery.id,
            )
            words = self._policies.owner_and_note(REMOTE, labels, access, DEFAULT_POLICY)
            yield in_zone(with_owner(target, *words), discovery.zone)

    def target_of(self, discovery: DiscoveryKind, found: DiscoveredTarget) -> Target:
        """Return the target for what was found; raise ``NoTargetError`` where it cannot be one."""
        try:
            entry = self._entry(discovery, found)
        except ValidationError as error:
            said = "; ".join(str(one["msg"]) for one in error.errors(include_url=False))
            raise NoTargetError(said) from None
        except KeyError:
            raise NoTargetError(f"this version knows no kind {found.kind!r}") from None
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
        info = owned(target, entry.owner, entry.note)
        if info is not target.info or entry.labels != target.labels:
            target = replace(target, info=info, labels=entry.labels)
        return in_zone(target, discovery.zone)

    def _entry(self, discovery: DiscoveryKind, found: DiscoveredTarget) -> _Entry:
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

    def _read_entry(self, discovery: DiscoveryKind, found: DiscoveredTarget) -> _Entry:
        labels = self._sites.with_site(discovery.labels | dict(found.labels))
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


def _settings(found: DiscoveredTarget, labels: dict[str, str], title: str) -> DiscoveredKind:
    """Return the settings of a discovered target; raise ``KeyError`` for an unknown kind."""
    keys: dict[str, Any] = {"kind": found.kind, "labels": labels, "title": title} | dict(found.keys)
    if found.kind == "endpoint":
        keys |= {"address": found.address, "server_name": found.server_name or None}
        keys |= {"protocol": found.protocol} if found.protocol else {}
    return DISCOVERED_KINDS[found.kind].model_validate(keys)
