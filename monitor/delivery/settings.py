"""The keys that receivers of every kind have."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from monitor.delivery.digest import DigestSettings
from monitor.messages import languages, zone
from monitor.model import AlertLevel
from monitor.settings import DISTINCT, Settings, distinct, pattern

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}", re.ASCII)


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("must be a name of letters, digits, '-', '_' and '.', such as admins")
    return value


def _language(value: str) -> str:
    if value not in languages():
        raise ValueError(f"must be one of {', '.join(languages())}")
    return value


def _zone(value: str) -> str:
    zone(value)
    return value


ReceiverName = Annotated[str, AfterValidator(_name), pattern(_NAME.pattern)]
LanguageCode = Annotated[str, AfterValidator(_language), WithJsonSchema({"enum": list(languages())})]
ZoneName = Annotated[str, AfterValidator(_zone)]
Detail = Literal["full", "brief"]
PerHour = Annotated[int, Field(strict=True, ge=1, le=3600)]


class BaseReceiver(Settings):
    """A receiver of notifications; each kind adds how it is reached."""

    name: ReceiverName = Field(description="name of the receiver, in routes, metrics and the log")
    language: LanguageCode | None = Field(
        None, description="language of its notifications; else that of the section email, or English"
    )
    timezone: ZoneName | None = Field(
        None,
        description="time zone of its dates, such as Europe/Lisbon; else that of the section email, or this "
        "machine's",
    )
    digest: DigestSettings | None = Field(
        None, description="when what is not urgent is sent; else as the section digest says"
    )
    levels: Annotated[tuple[AlertLevel, ...], AfterValidator(distinct), DISTINCT] = Field(
        tuple(AlertLevel),
        min_length=1,
        description="levels that it is notified of ([warning, critical, expired])",
    )
    detail: Detail = Field("full", description="how much is said: full, or brief for the summary alone")
    max_per_hour: PerHour | None = Field(
        None,
        description="notifications an hour at most, what is over waits, the worst first; else that of the "
        "section email, or 60",
    )
