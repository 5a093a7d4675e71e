"""Read a configuration file and everything it includes; every mistake is reported at once.

Touches no file that the configuration merely names (anchors, passwords, the store): see online.
"""

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monitor.config.sections.heartbeat import HeartbeatSettings
from monitor.config.sections.issuers import IssuerSettings
from monitor.config.sections.on_demand import ProbeSettings
from monitor.config.sections.routing import RouteSettings
from monitor.config.sections.silences import SilenceSettings
from monitor.config.sections.web import WebSettings
from monitor.config.sections.workers import WorkersSettings
from monitor.config.sections.zones import AgentListenerSettings, ZoneSettings
from monitor.config.settings import (
    AlertSettings,
    FileSettings,
    HaSettings,
    InstanceSettings,
    LimitSettings,
    LogSettings,
    MetricsSettings,
    PolicyRule,
    StoreSettings,
)
from monitor.config.validation.explain import problems_of
from monitor.config.validation.parts import location
from monitor.config.validation.references import Reference, references
from monitor.config.validation.together import problems_together
from monitor.delivery.digest import DigestSettings
from monitor.delivery.kinds import ReceiverSettings, all_receivers
from monitor.discovery import DISCOVERIES, DiscoveryKind
from monitor.documents import Document, read
from monitor.errors import ConfigError, Problem
from monitor.settings import PolicySettings
from monitor.sources.kinds import TargetKind
from monitor.xprotect import Presets

_LISTS = ("policies", "targets", "receivers", "routes", "silences", "include")


@dataclass(frozen=True, slots=True)
class Config:
    """A complete configuration, with included files merged and defaults filled in.

    ``files`` are all files read, the main one first; ``receivers`` are by name, and ``nobody`` is true where
    it is written that there are none. ``references`` are the files and variables that they name.
    """

    files: tuple[Path, ...]
    defaults: PolicySettings
    policies: tuple[PolicyRule, ...]
    targets: tuple[TargetKind, ...]
    discoveries: tuple[DiscoveryKind, ...]
    receivers: Mapping[str, ReceiverSettings]
    nobody: bool
    heartbeat: HeartbeatSettings | None
    digest: DigestSettings
    routes: tuple[RouteSettings, ...]
    silences: tuple[SilenceSettings, ...]
    web: WebSettings
    store: StoreSettings
    metrics: MetricsSettings
    alerts: AlertSettings
    limits: LimitSettings
    presets: Presets
    references: tuple[Reference, ...] = ()
    probe: ProbeSettings = ProbeSettings()
    issuers: IssuerSettings = IssuerSettings()
    instance: InstanceSettings = InstanceSettings()
    log: LogSettings = LogSettings()
    zones: Mapping[str, ZoneSettings] = field(default_factory=dict)
    agents: AgentListenerSettings | None = None
    ha: HaSettings | None = None
    workers: WorkersSettings | None = None


def load(path: Path) -> Config:
    """Return the configuration in a file and its includes.

    Raises ``ConfigError`` with all mistakes of all files, those of one file in the order of its lines.
    """
    loading = _Loading()
    loading.file(Path(os.path.abspath(path)), ())  # noqa: PTH100 - resolve() would follow a symbolic link
    loading.together()
    if loading.problems:
        raise ConfigError(tuple(loading.problems))
    return loading.config()


def default_config() -> Config:
    """Return the configuration without any file: built-in defaults and no targets."""
    return replace(_Loading().config(), files=(Path.cwd(),))


class _Loading:
    """The files read so far, their settings and their problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._files: dict[str, Path] = {}
        self._parts: list[tuple[Document, FileSettings]] = []
        self._sections: dict[str, Document] = {}
        self._presets = Presets.built_in()

    def file(self, path: Path, chain: tuple[Path, ...]) -> None:
        """Read one file and its includes; a file that several patterns match is read once."""
        real = os.path.realpath(path)
        if real in self._files:
            return
        self._files[real] = path
        try:
            document = read(path)
        except ConfigError as error:
            self.problems += error.problems
            return
        self._check(document)
        self._include(document, (*chain, path))

    def _check(self, document: Document) -> None:
        problems = [*document.problems, *self._preset(document)]
        context = {"folder": str(document.file.parent), "presets": self._presets}
        try:
            settings = FileSettings.model_validate(document.data, context=context)
        except ValidationError as error:
            said = {problem.key for problem in problems}
            wrong = problems_of(document, FileSettings, error.errors(include_url=False))
            problems += [problem for problem in wrong if problem.key not in said]
        else:
            self._parts.append((document, settings))
        self.problems += sorted(problems, key=lambda problem: problem.line)
        for section in document.data:
            if section in FileSettings.model_fields and section not in _LISTS:
                self._claim(document, section)

    def _preset(self, document: Document) -> tuple[Problem, ...]:
        """Merge the user's presets over the built-in ones before targets use them; return problems."""
        tables = document.data.get("presets")
        try:
            if isinstance(tables, dict):
                self._presets = self._presets.extend(tables, str(document.file), str(document.file.parent))
        except ConfigError as error:
            return error.problems
        return ()

    def _claim(self, document: Document, section: str) -> None:
        earlier = self._sections.setdefault(section, document)
        if earlier is not document:
            message = f"is already set at {location(earlier, (section,))}; join the two"
            self.problems.append(document.problem((section,), message))

    def _include(self, document: Document, chain: tuple[Path, ...]) -> None:
        patterns = document.data.get("include")
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
            if isinstance(pattern, str) and pattern:
                self._matching(document, index, pattern, chain)

    def _matching(self, document: Document, index: int, pattern: str, chain: tuple[Path, ...]) -> None:
        full = str(document.file.parent / Path(pattern).expanduser())
        magic = glob.has_magic(pattern)
        # Path.glob cannot take an absolute pattern.
        for name in sorted(glob.glob(full, recursive=True)) if magic else [full]:  # noqa: PTH207 - see above
            path = Path(os.path.abspath(name))  # noqa: PTH100 - see load
            if not magic and not path.exists():
                self._say(document, index, f"the file does not exist (got {pattern!r})")
            elif any(os.path.realpath(path) == os.path.realpath(one) for one in chain):
                self._say(document, index, "includes itself: " + " -> ".join(map(str, (*chain, path))))
            else:
                self.file(path, chain)

    def _say(self, document: Document, index: int, message: str) -> None:
        self.problems.append(document.problem(("include", index), message))

    def together(self) -> None:
        """Report what is wrong only in view of all files."""
        known = [preset.key for role in self._presets.roles for preset in self._presets.all_ports(role)]
        self.problems += problems_together(self._parts, known)

    def config(self) -> Config:
        """Return the merged configuration."""
        parts = [settings for _, settings in self._parts]
        targets = [target for part in parts for target in part.targets]
        entries = [entry for part in parts for entry in part.receivers or ()]
        return Config(
            files=tuple(self._files.values()),
            defaults=_first(parts, "defaults") or PolicySettings(),
            policies=tuple(rule for part in parts for rule in part.policies),
            targets=tuple(target for target in targets if not isinstance(target, DISCOVERIES)),
            discoveries=tuple(target for target in targets if isinstance(target, DISCOVERIES)),
            receivers={one.name: one for one in all_receivers(_first(parts, "email"), entries)},
            heartbeat=_first(parts, "heartbeat"),
            digest=_first(parts, "digest") or DigestSettings(),
            routes=tuple(route for part in parts for route in part.routes),
            silences=tuple(silence for part in parts for silence in part.silences),
            nobody=not entries and any(part.receivers is not None for part in parts),
            web=_first(parts, "web") or WebSettings(),
            store=_first(parts, "store") or StoreSettings(),
            metrics=_first(parts, "metrics") or MetricsSettings(),
            alerts=_first(parts, "alerts") or AlertSettings(),
            limits=_first(parts, "limits") or LimitSettings(),
            presets=self._presets,
            probe=_first(parts, "probe") or ProbeSettings(),
            issuers=_first(parts, "issuers") or IssuerSettings(),
            instance=_first(parts, "instance") or InstanceSettings(),
            log=_first(parts, "log") or LogSettings(),
            zones=_first(parts, "zones") or {},
            agents=_first(parts, "agents"),
            ha=_first(parts, "ha"),
            workers=_first(parts, "workers"),
            references=tuple(
                one for document, part in self._parts for one in references(document.file, part)
            ),
        )


def _first(parts: Sequence[FileSettings], section: str) -> Any:
    return next((value for part in parts if (value := getattr(part, section)) is not None), None)
