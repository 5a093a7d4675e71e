"""The sections ``zones`` and ``agents``: networks that agents probe, and where these reach this center."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from monitor.addresses import HostPort, listen_address
from monitor.config.sections.web import Listen
from monitor.model import ZONE
from monitor.settings import Duration, LocalPath, Settings, pattern

_WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}"


def _word(value: str) -> str:
    if not ZONE.fullmatch(value):
        raise ValueError("must be a word of at most 63 letters, digits, dots, - and _")
    return value


Word = Annotated[str, AfterValidator(_word)]
AgentName = Annotated[Word, pattern(_WORD)]


class AgentSettings(Settings):
    """One agent of a zone."""

    name: AgentName = Field(description="name of the agent, as its own file has it")
    token_file: LocalPath | None = Field(
        None, description="file with the agent's token; without it the agent is enrolled by a one-time code"
    )


class ZoneSettings(Settings):
    """One network that its agents or workers probe."""

    agents: tuple[AgentSettings, ...] = Field(
        (), description="agents of the zone; the first one that is there probes"
    )
    workers: bool = Field(False, strict=True, description="workers probe the zone, not agents")
    silent_after: Duration = Field(
        timedelta(minutes=10),
        description="how long nothing may be heard of its agents or workers until an alert",
    )

    @model_validator(mode="after")
    def _probed(self) -> "ZoneSettings":
        if bool(self.agents) == self.workers:
            raise ValueError("needs agents, or workers: true, and not both")
        return self

    @model_validator(mode="after")
    def _distinct(self) -> "ZoneSettings":
        names = [one.name for one in self.agents]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise ValueError(f"the agent {name} is listed twice")
        return self


Zones = Annotated[
    dict[Word, ZoneSettings], Field(json_schema_extra={"propertyNames": {"pattern": f"^{_WORD}$"}})
]


class AgentListenerSettings(Settings):
    """Where agents reach this center: a port of its own, over TLS only."""

    listen: Listen = Field(description="address and port for agents")
    cert_file: LocalPath = Field(description="PEM file with the certificate of that port, and its chain")
    key_file: LocalPath | None = Field(
        None, description="PEM file with the key of cert_file; the same file if left out"
    )
    client_ca: LocalPath | None = Field(
        None, description="PEM file with the CA of client certificates that agents must show as well"
    )

    @property
    def address(self) -> HostPort:
        """Return host and port of ``listen``."""
        return listen_address(self.listen)


def zones_of_workers(zones: Mapping[str, ZoneSettings]) -> tuple[str, ...]:
    """Return the zones that workers probe."""
    return tuple(name for name, zone in zones.items() if zone.workers)
