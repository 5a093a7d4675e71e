"""The time zones that instants can be written in: by IANA name, or this machine's own.

Names work on every system; Windows has no such names itself, so the package ``tzdata`` is installed there.
"""

from datetime import UTC, tzinfo
from functools import cache


class UnknownZoneError(ValueError):
    """There is no time zone of a name; the text names those that are written alike."""


@cache
def zone(name: str) -> tzinfo:
    """Return the time zone of a name such as ``Europe/Lisbon``; raise ``UnknownZoneError``."""
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415 - most commands write UTC

    known = available_timezones()
    if name in known:
        return ZoneInfo(name)
    from difflib import get_close_matches  # noqa: PLC0415 - only after a mistake

    lower = {one.casefold(): one for one in known}
    alike = get_close_matches(name.casefold(), lower, n=1, cutoff=0.8)
    meant = f"; did you mean {lower[alike[0]]}?" if alike else ""
    raise UnknownZoneError(f"must be a time zone such as Europe/Lisbon, America/Sao_Paulo or UTC{meant}")


@cache
def machine_zone() -> tzinfo:
    """Return this machine's time zone, UTC where the machine does not say which."""
    from tzlocal import reload_localzone  # noqa: PLC0415 - most commands write UTC

    try:
        return reload_localzone()
    except Exception:  # noqa: BLE001 - whatever is wrong with a machine's zone, there is a time to write
        return UTC
