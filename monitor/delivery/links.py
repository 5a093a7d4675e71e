"""The addresses of the monitor's pages in notifications; without an external address there are none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

Sign = Callable[[str, str, datetime], str]
"""Returns the token of a link by which one alert is acknowledged, for the receiver that it is sent to."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where the pages are; ``url`` is empty where readers cannot reach them.

    ``sign`` makes the tokens of links that acknowledge, ``None`` where people acknowledge on the page alone;
    such links are for one ``receiver``.
    """

    url: str = ""
    sign: Sign | None = None
    receiver: str = ""

    def sent_to(self, receiver: str) -> "Links":
        """Return the links of a notification for a receiver."""
        return replace(self, receiver=receiver)

    @property
    def alerts(self) -> str:
        """Return the address of all alerts, empty for none."""
        return f"{self.url}/alerts" if self.url else ""

    def alert(self, alert_id: str) -> str:
        """Return the address of one alert, empty for none."""
        return f"{self.url}/alerts/{alert_id}" if self.url and alert_id else ""

    def acknowledge(self, alert_id: str, sent_at: datetime) -> str:
        """Return the address where a reader acknowledges one alert, empty for none."""
        if self.sign is None or not (self.url and self.receiver and alert_id):
            return ""
        return f"{self.url}/acknowledge/{self.sign(alert_id, self.receiver, sent_at)}"


NO_LINKS = Links()
LinksNow = Callable[[], Links]
"""Returns the links of the configuration in force."""


def no_links() -> Links:
    """Return that there are none."""
    return NO_LINKS
