"""The section ``heartbeat``: who is notified that the monitor itself is alive and sees its targets."""

from collections.abc import Collection
from datetime import time, timedelta, tzinfo
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from monitor.alerts import Schedule
from monitor.config.sections.routing import Receivers
from monitor.delivery.post_settings import OpenAddress
from monitor.settings import Duration

_DAY = timedelta(days=1)
_MOST_DAYS = 31
"""Who waits for longer does not notice what does not come."""


def _whole_days(value: timedelta) -> timedelta:
    if value % _DAY or not _DAY <= value <= _MOST_DAYS * _DAY:
        raise ValueError(f"must be whole days, from 1d to {_MOST_DAYS}d")
    return value


class HeartbeatSettings(OpenAddress):
    """An address that is called after each full pass, and receivers that are sent heartbeats."""

    every: Annotated[Duration, AfterValidator(_whole_days)] = Field(
        timedelta(days=7), description="time between two heartbeats that people are sent, in whole days"
    )
    receivers: Receivers | None = Field(
        None, description="names of the receivers that are sent heartbeats; else, with every, all by mail"
    )

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        addresses = sum(getattr(self, key) is not None for key in self.address_keys)
        keys = ", ".join(self.address_keys)
        if addresses > 1:
            raise ValueError(f"needs at most one of {keys}")
        if not (addresses or self.sent):
            raise ValueError(f"needs exactly one of {keys}, or every or receivers")
        return self

    @property
    def called(self) -> bool:
        """Return whether there is an address to call."""
        return any(getattr(self, key) is not None for key in self.address_keys)

    @property
    def sent(self) -> bool:
        """Return whether receivers are sent heartbeats."""
        return bool(self.model_fields_set & {"every", "receivers"})

    def is_for(self, receiver: str, by_default: Collection[str]) -> bool:
        """Return whether a receiver is sent heartbeats; ``by_default`` are those that need not be named."""
        return self.sent and receiver in (by_default if self.receivers is None else self.receivers)

    def schedule(self, at: str, zone: tzinfo) -> Schedule:
        """Return when heartbeats are due, at a time of day in a time zone."""
        return Schedule(self.every // _DAY, time.fromisoformat(at), zone)
