"""The metric family of the alerts that are open, as text; decides nothing and reads no clock."""

from collections.abc import Iterator

from monitor.metrics.text import MetricFamily, label
from monitor.model import AlertGroup

CACHED_ALERTS = "Cached from the last alert pass."
ALERT = MetricFamily(
    "cert_monitor_alert",
    "Open alerts, one for each thing at fault, as in mails; always 1. " + CACHED_ALERTS,
)
ALERTS_PER_PIECE = 500  # some milliseconds, so that the event loop can run in between
_NAME = ALERT.name.encode()


class AlertLines:
    """The lines of the alerts of one alert pass, which a scrape only copies."""

    def __init__(self) -> None:
        """Start without alerts."""
        self._groups: tuple[AlertGroup, ...] = ()
        self._pieces: tuple[bytes, ...] = ()

    def pieces(self, groups: tuple[AlertGroup, ...]) -> Iterator[bytes]:
        """Yield the family; an alert pass that changed nothing leaves the same ``groups`` on the board."""
        yield ALERT.head
        if groups is self._groups:
            yield from self._pieces
            return
        made = []
        for begin in range(0, len(groups), ALERTS_PER_PIECE):
            some = groups[begin : begin + ALERTS_PER_PIECE]
            made.append(b"".join(b"%b%b\n" % (_NAME, alert_end(group)) for group in some))
            yield made[-1]
        # Both at once, as another scrape may run while this one pauses between two pieces.
        self._groups, self._pieces = groups, tuple(made)


def alert_end(group: AlertGroup) -> bytes:
    """Return the line of an alert after the name of the metric."""
    labels = (
        label("alert", group.id),
        label("check", group.check),
        label("level", group.level),
        label("title", group.title),
        label("site", group.site),
        label("component", group.component),
        label("owner", group.owner),
        label("state", group.state),
    )
    return b"{%b} 1" % b",".join(labels)
