"""The sections and keys of a configuration file, their defaults, and the rules within a section.

Rules over several sections or files are in ``load``.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from monitor.addresses import HostPort, is_loopback_host, read_host, read_port, split_host_port
from monitor.config.issuers import IssuerSettings
from monitor.config.on_demand import ProbeSettings
from monitor.config.state import default_url, store_url
from monitor.discovery import DiscoveryKind
from monitor.messages import languages, zone
from monitor.model import label_problem
from monitor.parse import display
from monitor.secrets import SecretReference
from monitor.settings import Duration, Host, LocalPath, LocalPattern, PolicySettings, Settings, folder_of
from monitor.sources import TargetKind

AnyTarget = Annotated[TargetKind | DiscoveryKind, Field(discriminator="kind")]

# RFC 5321 allows far more, but that breaks relays and mail programs.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.:\[\]-]{1,253}", re.ASCII)
# A name, or an address in brackets (RFC 5321 section 4.1.3).
_EHLO_NAME = re.compile(r"[^\s/@]+")


def listen_address(value: str) -> HostPort:
    """Return host and port of ``127.0.0.1:9850`` or ``[::1]:9850``; raise ``ValueError`` for other texts."""
    try:
        host, port = split_host_port(value)
    except ValueError:
        host, port = "", None
    if not host or port is None:
        raise ValueError("must be ADDRESS:PORT, such as 127.0.0.1:9850 or [::1]:9850")
    return HostPort(read_host(host), read_port(port, lowest=0))


def _listen(value: str) -> str:
    listen_address(value)
    return value


def _mailbox(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("must be a mail address such as admins@vms.example")
    return value


def _ehlo_name(value: str) -> str:
    if not _EHLO_NAME.fullmatch(value):
        raise ValueError("must be a host name or an address")
    return value


def _language(value: str) -> str:
    if value not in languages():
        raise ValueError(f"must be one of {', '.join(languages())}")
    return value


def _zone(value: str) -> str:
    zone(value)
    return value


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


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((value for index, value in enumerate(values) if value in values[:index]), None)
    if twice is not None:
        raise ValueError(f"{twice} is listed twice")
    return values


Line = Annotated[str, AfterValidator(display)]
Listen = Annotated[str, AfterValidator(_listen)]
Label = Annotated[str, AfterValidator(_label)]
Mailbox = Annotated[str, AfterValidator(_mailbox)]
EhloName = Annotated[str, AfterValidator(_ehlo_name)]
LanguageCode = Annotated[str, AfterValidator(_language), WithJsonSchema({"enum": list(languages())})]
ZoneName = Annotated[str, AfterValidator(_zone)]


def _same(name: str, value: str | None, wanted: str) -> bool:
    """Return whether a label has a value; sites are compared without case."""
    if name == "site" and value is not None:
        return value.casefold() == wanted.casefold()
    return value == wanted


class PolicyRule(PolicySettings):
    """A rule that changes the policy of the targets with all of these labels."""

    match: Annotated[dict[str, str], AfterValidator(_match)] = Field(
        description="labels and values that a target must have; kind is one of them"
    )

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the rule matches a target with these labels, including its kind."""
        return all(_same(name, labels.get(name), value) for name, value in self.match.items())


class EmailSettings(Settings):
    """The mail relay, sender and recipients."""

    # populate_by_name is left off: only ``from`` is a key of the file.
    host: Host = Field(description="mail server")
    port: int = Field(25, strict=True, ge=1, le=65535, description="port of the mail server")
    security: Literal["none", "starttls", "tls"] = Field("none", description="encryption of the connection")
    username: str | None = Field(
        None, min_length=1, description="login name; needs password_file or password_env"
    )
    password_file: LocalPath | None = Field(None, description="file with the password")
    password_env: str | None = Field(None, min_length=1, description="environment variable with the password")
    sender: Mailbox = Field(alias="from", description="sender address of mails")
    to: Annotated[tuple[Mailbox, ...], AfterValidator(_distinct)] = Field(
        min_length=1, description="recipients of mails"
    )
    ca: LocalPath | None = Field(
        None, description="PEM file with the CAs that the mail server's certificate must come from"
    )
    timeout: Duration = Field(
        timedelta(seconds=30), description="longest time one step of a delivery may take"
    )
    ehlo_name: EhloName | None = Field(
        None, description="name of this machine in the SMTP greeting; else its own name"
    )
    language: LanguageCode = Field("en", description="language of the mails")
    timezone: ZoneName | None = Field(
        None, description="time zone of dates in mails, such as Europe/Lisbon; else this machine's"
    )

    @model_validator(mode="after")
    def _login(self) -> "EmailSettings":
        references = (self.password_file is not None) + (self.password_env is not None)
        if self.username is not None and references != 1:
            raise ValueError("username needs exactly one of password_file and password_env")
        if self.username is None and references:
            raise ValueError("a password without username is never used; add username")
        if self.username is not None and self.security == "none":
            raise ValueError("a login needs security: starttls or tls; a password never travels in the clear")
        return self

    @property
    def password(self) -> SecretReference | None:
        """Return the reference to the password, ``None`` without a login."""
        if self.username is None:
            return None
        return SecretReference(file=self.password_file or "", env=self.password_env or "")


class WebSettings(Settings):
    """The addresses of web pages and metrics."""

    listen: Listen = Field("127.0.0.1:9850", description="address and port of pages and metrics")
    access: Literal["loopback", "open"] = Field(
        "loopback", description="open: other machines may read the pages"
    )
    metrics_listen: Listen | None = Field(None, description="second address, with metrics and health only")

    @model_validator(mode="after")
    def _open(self) -> "WebSettings":
        if self.access == "loopback" and not is_loopback_host(self.address.host):
            raise ValueError(
                f"listen: {self.listen} lets other machines read every page without a password; "
                "write access: open to allow it, or use metrics_listen to serve only metrics and health"
            )
        if self.metrics_address == self.address and self.address.port:
            raise ValueError("metrics_listen is the same address as listen; leave it out or choose another")
        return self

    @property
    def address(self) -> HostPort:
        """Return host and port of ``listen``."""
        return listen_address(self.listen)

    @property
    def metrics_address(self) -> HostPort | None:
        """Return host and port of ``metrics_listen``, if set."""
        return None if self.metrics_listen is None else listen_address(self.metrics_listen)


class StoreSettings(Settings):
    """The database for observations, and how long they are kept."""

    url: Annotated[str, AfterValidator(_store)] = Field(
        default_factory=default_url, description="SQLite database, sqlite:////absolute/path"
    )
    keep: Duration = Field(timedelta(days=400), description="how long history is kept")


class MetricsSettings(Settings):
    """The labels and certificates in metrics."""

    labels: Annotated[tuple[Label, ...], AfterValidator(_distinct)] = Field(
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


class LimitSettings(Settings):
    """Limits of the load that probes put on this machine and its network."""

    in_flight: int = Field(500, strict=True, ge=1, le=100_000, description="most probes at the same time")
    per_second: int = Field(200, strict=True, ge=1, le=100_000, description="most probes started per second")


class FileSettings(Settings):
    """The contents of one file; sections that are left out are ``None``."""

    defaults: PolicySettings | None = Field(None, description="policy of all targets")
    policies: tuple[PolicyRule, ...] = Field(
        (), description="changes to the policy by label; the last match wins"
    )
    targets: tuple[AnyTarget, ...] = Field((), description="what is watched")
    include: tuple[LocalPattern, ...] = Field(
        (), description="more files, relative to this one; globs allowed"
    )
    email: EmailSettings | None = Field(None, description="how administrators are notified; can be left out")
    web: WebSettings | None = Field(None, description="where pages and metrics are served")
    store: StoreSettings | None = Field(None, description="where observations are recorded")
    metrics: MetricsSettings | None = Field(None, description="what the metrics show")
    alerts: AlertSettings | None = Field(None, description="when and what is notified")
    limits: LimitSettings | None = Field(None, description="limits of the load by probes")
    probe: ProbeSettings | None = Field(None, description="targets that /probe may probe; none if left out")
    issuers: IssuerSettings | None = Field(None, description="how issuers of certificates are queried")
    instance: InstanceSettings | None = Field(None, description="name of this monitor")
    presets: dict[str, Any] | None = Field(
        None, description="tables as in monitor/xprotect/presets.toml that change the built-in ones"
    )
