"""The section ``digest``: when what is not urgent is sent."""

from datetime import time, tzinfo
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from monitor.alerts import Every, Schedule
from monitor.settings import Settings


def clock_time(value: str) -> str:
    """Return a time of day as it is written; raise ``ValueError`` for anything else."""
    try:
        time.fromisoformat(value)
    except ValueError:
        raise ValueError('must be a time of day such as "22:00"') from None
    return value


ClockTime = Annotated[
    str, AfterValidator(clock_time), WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"})
]


class DigestSettings(Settings):
    """When warnings, their renewals and reminders are sent, in one notification."""

    at: ClockTime = Field("08:00", description="time of day, in the receiver's time zone")
    every: Literal["workday", "daily", "weekly", "off"] = Field(
        "workday", description="workday, daily, weekly (Mondays); off: everything at once"
    )

    def schedule(self, zone: tzinfo) -> Schedule | None:
        """Return the schedule in a time zone, ``None`` where everything is sent at once."""
        if self.every == "off":
            return None
        return Schedule(Every(self.every), time.fromisoformat(self.at), zone)
