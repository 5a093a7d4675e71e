"""Presets for the ports of each role, from ``presets.toml`` and the user's configuration.

It must not read the answers of a site; that is the task of ``site``.
"""

import functools
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from pydantic import ValidationError

from monitor.errors import ConfigError, Problem
from monitor.model import Message, TargetTraits
from monitor.model.message import OWN, Parameter, completed, own
from monitor.settings import PolicySettings
from monitor.xprotect.shape import PortTable, PresetFile, PresetKeys, RoleTable, merge_objects, problems_in
from monitor.xprotect.texts import unconfirmed_impact

PROBEABLE = frozenset({"tls", "https"})
_BUILT_IN = "presets.toml"
# People copy what is near a command, and the old certificate would be selected again.
_COMMAND = re.compile(r"[-/]thumbprint\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FILLED_HERE = frozenset({"account", "group", "guid", "interruption"})
_FILLED_LATER = frozenset(
    {"host", "port", "names", "thumbprint", "served_thumbprint", "issuer", "ca_expires"}
)
_PLACEHOLDERS = _FILLED_HERE | _FILLED_LATER
_TRANSLATED = ("name", "certificate", "impact", "in_brief", "account", "interruption")
_WORD = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Preset:
    """The preset for one port of one role; ``key`` is, for example, ``recording_server.media``.

    ``steps``, ``ca_first`` and ``switch`` contain the placeholders ``{host}`` and ``{port}``, and those
    filled from a certificate (see ``Runbook``). ``verified`` is false if no source for the values could be
    read; where a table says so itself it is ``unconfirmed``, and texts say it too. ``source`` is the address
    of a source. ``by_default`` is false for a port that is watched only if a site announces it. ``protocol``
    is ``tls``, ``https`` or one that cannot be probed yet.
    """

    key: str
    role: str
    port: int
    name: str
    component: str = "other"
    vms: str = ""
    certificate_group: str = ""
    guid: str = ""
    certificate: str = "certificate"
    protocol: str = "tls"
    plain_possible: bool = False
    standby: bool = False
    low_impact: bool = False
    by_default: bool = True
    impact: Message | None = None
    in_brief: Message | None = None
    steps: tuple[Message, ...] = ()
    ca_first: tuple[Message, ...] = ()
    switch: tuple[Message, ...] = ()
    link: str = ""
    account: Message | None = None
    interruption: Message | None = None
    group: Message | None = None
    key_type: str = ""
    verified: bool = False
    source: str = ""
    unconfirmed: bool = False
    defaults: PolicySettings = field(default_factory=PolicySettings, hash=False)

    @property
    def probeable(self) -> bool:
        """Return whether this version can probe such a port."""
        return self.protocol in PROBEABLE

    @property
    def watched(self) -> bool:
        """Return whether configuring the role is enough for this port to be watched."""
        return self.by_default and self.probeable

    @property
    def traits(self) -> TargetTraits:
        """Return the traits of every such port, without those of a single endpoint."""
        return TargetTraits(standby=self.standby, plain_possible=self.plain_possible, key_type=self.key_type)


class Presets:
    """All presets by key."""

    def __init__(self, tables: Mapping[str, Any], file: str = _BUILT_IN, folder: str = "") -> None:
        """Read tables in the form of presets.toml; raise ``ConfigError`` with every mistake in them."""
        self._tables = tables
        try:
            written = PresetFile.model_validate(tables, context={"folder": folder})
        except ValidationError as error:
            raise ConfigError(tuple(problems_in(error, file, "presets"))) from None
        problems = tuple(Problem(file, 0, f"presets.{key}", said) for key, said in _dangling(written))
        if problems:
            raise ConfigError(problems)
        self._presets = {preset.key: preset for preset in _presets(written)}
        self.never_tls = frozenset(written.never_tls)
        self._registered = {
            "".join(_words(name)): role
            for role, table in written.roles.items()
            for name in table.registered_as
        }

    @staticmethod
    def built_in() -> "Presets":
        """Return the built-in presets."""
        return _built_in()

    def extend(self, tables: Mapping[str, Any], file: str = "presets", folder: str = "") -> "Presets":
        """Return these presets with the user's tables merged over them, key by key.

        ``file`` is named in the problems of a ``ConfigError``; relative paths are relative to ``folder``.
        """
        return Presets(merge_objects(self._tables, tables), file, folder) if tables else self

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the name of every role, in the order of the file."""
        return tuple(dict.fromkeys(preset.role for preset in self._presets.values()))

    def get(self, key: str) -> Preset | None:
        """Return the preset with a key, ``None`` if there is none."""
        return self._presets.get(key)

    def watched_ports(self, role: str) -> tuple[Preset, ...]:
        """Return the ports of a role to watch: those that are on by default and can be probed."""
        return tuple(preset for preset in self.all_ports(role) if preset.watched)

    def all_ports(self, role: str) -> tuple[Preset, ...]:
        """Return every port of a role, including those not watched by default; none for an unknown role."""
        return tuple(preset for preset in self._presets.values() if preset.role == role)

    def role_of_service(self, name: str) -> str:
        """Return the role of a service that a site registers under a name, ``other`` if it is unknown.

        Case, spaces, punctuation and vendor names are ignored, and words may follow: "MobileServer",
        "XProtect Event Server (VMS01)".
        """
        words = [word for word in _words(name) if word not in ("milestone", "xprotect")]
        for length in range(len(words), 0, -1):
            role = self._registered.get("".join(words[:length]))
            if role and (length == len(words) or length > 1):
                return role
        return "other"


@functools.cache
def _built_in() -> Presets:
    return Presets(_built_in_tables())


@functools.cache
def _built_in_tables() -> dict[str, Any]:
    text = resources.files("monitor.xprotect").joinpath(_BUILT_IN).read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def built_in_texts() -> Mapping[str, str]:
    """Return the code of every text for people that is built in; of several keys with one text the first."""
    tables = _built_in_tables()
    codes = {text: f"preset.texts.{name}" for name, text in tables["texts"].items()}
    for name, group in tables["groups"].items():
        codes.setdefault(group["title"], f"preset.groups.{name}")
    for name, role in tables["roles"].items():
        for key, table in ((name, role), *((f"{name}.{port}", one) for port, one in role["ports"].items())):
            for which in filter(table.__contains__, _TRANSLATED):
                codes.setdefault(table[which], f"preset.{key}.{which}")
    return codes


def _words(name: str) -> list[str]:
    """Return the words of a name in lower case; "MobileServer" is two."""
    return re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())


def _presets(written: PresetFile) -> Iterator[Preset]:
    for role, table in written.roles.items():
        for name, port in table.ports.items():
            yield _preset(written, role, name, table, port)


def _preset(written: PresetFile, role: str, name: str, table: RoleTable, port: PortTable) -> Preset:
    keys = _keys(table) | _keys(port)
    group = written.groups.get(keys.pop("group", ""))
    policy = keys.pop("policy", "")
    account = _message(keys.pop("account", ""))
    interruption = _message(keys.pop("interruption", ""))
    filling: dict[str, Parameter] = {
        "account": account,
        "interruption": interruption,
        "group": _message(group.title if group else ""),
        "guid": group.guid if group else "",
    }
    impact, in_brief = keys.pop("impact", ""), keys.pop("in_brief", "")
    keys["switch"] = [written.switching[line] for line in keys.get("steps", ()) if line in written.switching]
    for which in ("steps", "ca_first", "switch"):
        texts = (_message(_text(written, line), _PLACEHOLDERS) for line in keys.get(which, ()))
        keys[which] = tuple(completed(text, **filling) for text in texts)
    return Preset(
        **{"name": role.replace("_", " ")} | keys,
        key=f"{role}.{name}",
        role=role,
        port=port.port,
        certificate_group=next((key for key, value in written.groups.items() if value is group), ""),
        guid=group.guid if group else "",
        impact=_impact(impact, unconfirmed=keys.get("verified") is False),
        unconfirmed=keys.get("verified") is False,
        in_brief=_message(in_brief) if in_brief else None,
        account=account,
        interruption=interruption if interruption.text else None,
        group=_message(group.title) if group else None,
        defaults=written.policies[policy] if policy else PolicySettings(),
    )


def _impact(text: str, *, unconfirmed: bool) -> Message | None:
    """Return what stops, with a remark where that is ours and no source confirms it."""
    said = _message(text) if text else None
    doubtful = unconfirmed and said is not None and said.code != OWN
    return unconfirmed_impact(impact=said) if said is not None and doubtful else said


def _keys(table: PresetKeys) -> dict[str, Any]:
    """Return the keys of a table that are fields of a preset."""
    return {key: getattr(table, key) for key in PresetKeys.model_fields if getattr(table, key) is not None}


def _text(written: PresetFile, line: str) -> str:
    return written.texts[line] if _WORD.fullmatch(line) else line


def _message(text: str, placeholders: Collection[str] = ()) -> Message:
    """Return a built-in text as a message of ours, and any other in the words of its configuration."""
    code = built_in_texts().get(text)
    return Message(code, text) if code else own(text, placeholders)


def _dangling(written: PresetFile) -> Iterator[tuple[str, str]]:
    """Yield key and sentence for each undefined name and each unknown placeholder."""
    for name, text in written.texts.items():
        yield from ((f"texts.{name}", said) for said in _unfillable(text))
    for name, instead in written.switching.items():
        if instead not in written.texts:
            yield f"switching.{name}", f"there is no text of this name under texts (got {instead!r})"
    for role, table in written.roles.items():
        yield from _loose(written, f"roles.{role}", table)
        for name, port in table.ports.items():
            yield from _loose(written, f"roles.{role}.ports.{name}", port)


def _loose(written: PresetFile, key: str, table: PresetKeys) -> Iterator[tuple[str, str]]:
    if table.policy is not None and table.policy not in written.policies:
        allowed = ", ".join(written.policies)
        yield f"{key}.policy", f"must be one of {allowed} (got {table.policy!r})"
    if table.group and table.group not in written.groups:
        yield f"{key}.group", f"there is no such group under groups (got {table.group!r})"
    for which in ("account", "interruption", "in_brief"):
        if set(getattr(table, which) or "") & set("{}"):
            yield f"{key}.{which}", f"has no placeholders (got {getattr(table, which)!r})"
    for which in ("steps", "ca_first"):
        for line in getattr(table, which) or ():
            if _WORD.fullmatch(line) and line not in written.texts:
                yield f"{key}.{which}", f"there is no text of this name under texts (got {line!r})"
            yield from ((f"{key}.{which}", said) for said in _unfillable(line))


def _unfillable(text: str) -> Iterator[str]:
    known = sorted(_PLACEHOLDERS)
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            yield f"placeholders are {', '.join(known)} (got {{{name}}})"
    if set(_PLACEHOLDER.sub("", text)) & set("{}"):
        yield f"braces are only for placeholders (got {text[:60]!r})"
    if "{served_thumbprint}" in text and _COMMAND.search(text):
        yield "a command selects the new certificate: use {thumbprint}"
