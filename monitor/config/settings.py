"""The sections and keys of a configuration file, their defaults, and the rules within a section.

Rules over several sections or files are in ``load``.
"""

from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from monitor.config.sections.heartbeat import HeartbeatSettings
from monitor.config.sections.issuers import IssuerSettings
from monitor.config.sections.on_demand import ProbeSettings
from monitor.config.sections.routing import RouteSettings
from monitor.config.sections.silences import SilenceSettings
from monitor.config.sections.web import WebSettings
from monitor.config.sections.workers import WorkersSettings
from monitor.config.sections.zones import AgentListenerSettings, Zones
from monitor.delivery.digest import DigestSettings
from monitor.delivery.kinds import ReceiverSections
from monitor.discovery import LONGEST_LIST, MOST_TARGETS, DiscoveryKind
from monitor.logs import LogFormat
from monitor.model import label_problem
from monitor.model.labels import OWN_LABELS
from monitor.parse import display
from monitor.secrets import SecretReference
from monitor.settings import (
    DISTINCT,
    Duration,
    LocalPath,
    LocalPattern,
    PolicySettings,
    Settings,
    distinct,
    folder_of,
    pattern,
)
from monitor.sources.kinds import TargetKind
from monitor.state_folder import URL_PATTERN, default_url, is_server, store_url

AnyTarget = Annotated[
    TargetKind | DiscoveryKind, Field(discriminator="kind", json_schema_extra={"required": ["kind"]})
]


def _label(value: str) -> str:
    if problem := label_problem(value):
        raise ValueError(problem)
    return value


def _match(value: dict[str, str]) -> dict[str, str]:
    if not value:
        raise ValueError("needs at least one label; use defaults for what applies to every target")
    return value


def _store(value: str, info: ValidationInfo) -> str:
    return store_url(value, folder_of(info))


Line = Annotated[str, AfterValidator(display)]
Label = Annotated[
    str,
    AfterValidator(_label),
    pattern(f"(?!__)(?!(?:{'|'.join(sorted(OWN_LABELS))})[ ]*$)[A-Za-z_][A-Za-z0-9_]*"),
]


def _same(name: str, value: str | None, wanted: str) -> bool:
    """Return whether a label has a value; sites are compared without case."""
    if name == "site" and value is not None:
        return value.casefold() == wanted.casefold()
    return value == wanted


class PolicyRule(PolicySettings):
    """A rule that changes the policy of the targets with all of these labels."""

    match: Annotated[dict[str, str], AfterValidator(_match)] = Field(
        description="labels and values that a target must have; kind is one of them",
        json_schema_extra={"minProperties": 1},
    )

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the rule matches a target with these labels, including its kind."""
        return all(_same(name, labels.get(name), value) for name, value in self.match.items())


class StoreSettings(Settings):
    """The database for observations, and how long they are kept."""

    url: Annotated[str, AfterValidator(_store), pattern(URL_PATTERN)] = Field(
        default_factory=default_url,
        description="SQLite database, sqlite:////absolute/path, or postgresql://user@host/database",
    )
    password_file: LocalPath | None = Field(None, description="file with the password for PostgreSQL")
    password_env: str | None = Field(
        None, min_length=1, description="environment variable with the password for PostgreSQL"
    )
    keep: Duration = Field(timedelta(days=400), description="how long history is kept")

    @property
    def password(self) -> SecretReference | None:
        """Return where the password of a server is stored, ``None`` where it needs none of us."""
        return SecretReference.of(self.password_file, self.password_env)

    @model_validator(mode="after")
    def _suits_the_database(self) -> Self:
        if self.password_file is not None and self.password_env is not None:
            raise ValueError("needs at most one of password_file and password_env")
        if is_server(self.url):
            if find_spec("psycopg") is None:
                raise ValueError("PostgreSQL needs an extra: pip install -r requirements/extras.txt")
        elif self.password is not None:
            raise ValueError("a password is for postgresql:// alone; SQLite has none")
        return self


class HaSettings(Settings):
    """This center among several on one PostgreSQL database, of which one leads."""

    name: Annotated[str, AfterValidator(display)] = Field(
        min_length=1, max_length=100, description="name of this center, such as center-a"
    )


class MetricsSettings(Settings):
    """The labels and certificates in metrics."""

    labels: Annotated[tuple[Label, ...], AfterValidator(distinct), DISTINCT] = Field(
        ("site", "component", "owner"),
        description="target labels that appear on cert_monitor_target_info ([site, component, owner])",
    )
    chain: Literal["leaf", "path"] = Field("leaf", description="certificates that have metrics")


class AlertSettings(Settings):
    """The schedule and scope of alerts."""

    every: Duration = Field(timedelta(minutes=1), description="time between two alert passes")
    notify_renewals: Literal["troubled", "all"] = Field(
        "troubled", description="which renewals are mailed: those whose expiry was mailed before, or all"
    )


class InstanceSettings(Settings):
    """The name of this monitor, useful where there are several."""

    name: Line = Field("", description="name of this monitor, in metrics, mails and JSON")
    customer: Line = Field("", description="customer that it works for, in metrics, mails and JSON")


class LogSettings(Settings):
    """The form of the log."""

    format: LogFormat = Field(
        LogFormat.TEXT, description="text: lines for people; json: an object for each line"
    )
    event_log: bool = Field(
        True,
        strict=True,
        description="write alerts to the Event Log too, on Windows alone",
    )


class LimitSettings(Settings):
    """Limits of the load that probes put on this machine and its network, and of discoveries."""

    in_flight: int = Field(500, strict=True, ge=1, le=100_000, description="most probes at the same time")
    per_second: int = Field(200, strict=True, ge=1, le=100_000, description="most probes started per second")
    targets: int = Field(
        MOST_TARGETS,
        strict=True,
        ge=1,
        le=LONGEST_LIST,
        description="most targets that all discoveries may bring; an alert says how many are left out",
    )


class FileSettings(ReceiverSections):
    """The contents of one file; sections that are left out are ``None``."""

    defaults: PolicySettings | None = Field(None, description="policy of all targets")
    policies: tuple[PolicyRule, ...] = Field(
        (), description="changes to the policy by label; the last match wins"
    )
    targets: tuple[AnyTarget, ...] = Field((), description="what is watched")
    heartbeat: HeartbeatSettings | None = Field(
        None, description="who is notified regularly that the monitor is alive: an address, receivers"
    )
    digest: DigestSettings | None = Field(
        None, description="when warnings, their renewals and reminders are sent"
    )
    routes: tuple[RouteSettings, ...] = Field(
        (), description="which alerts are for which receivers; the first route that matches counts"
    )
    silences: tuple[SilenceSettings, ...] = Field((), description="alerts that are kept back for a time")
    include: tuple[LocalPattern, ...] = Field(
        (), description="more files, relative to this one; globs allowed"
    )
    web: WebSettings | None = Field(None, description="where pages and metrics are served")
    store: StoreSettings | None = Field(None, description="where observations are recorded")
    ha: HaSettings | None = Field(None, description="this center among several on one database")
    metrics: MetricsSettings | None = Field(None, description="what the metrics show")
    alerts: AlertSettings | None = Field(None, description="when and what is notified")
    limits: LimitSettings | None = Field(None, description="limits of the load by probes, and of discoveries")
    probe: ProbeSettings | None = Field(None, description="targets that /probe may probe; none if left out")
    issuers: IssuerSettings | None = Field(None, description="how issuers of certificates are queried")
    log: LogSettings | None = Field(None, description="form of the log")
    instance: InstanceSettings | None = Field(None, description="name of this monitor")
    zones: Zones | None = Field(
        None, description="networks that agents probe, by the name that targets give in zone"
    )
    agents: AgentListenerSettings | None = Field(None, description="where agents reach this center")
    workers: WorkersSettings | None = Field(None, description="processes that share the probing")
    presets: dict[str, Any] | None = Field(
        None, description="tables as in monitor/xprotect/presets.toml that change the built-in ones"
    )
