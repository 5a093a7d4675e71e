"""The section ``routes``: which alerts are for which receivers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.alerts import Escalation, Route, Routing
from monitor.delivery.settings import ReceiverName
from monitor.model import AlertLevel, Check, Matcher, MonitorCheck
from monitor.settings import DISTINCT, Duration, Settings, distinct

_ALLOWED = {"level": tuple(AlertLevel), "check": (*Check, *MonitorCheck)}


def _values(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _match(value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for name, allowed in _ALLOWED.items():
        for one in value.get(name, ()):
            if one not in allowed:
                raise ValueError(f"there is no {name} {one!r}")
    return value


Values = Annotated[
    tuple[str, ...],
    BeforeValidator(_values),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Match = Annotated[dict[str, Values], AfterValidator(_match)]
Receivers = Annotated[tuple[ReceiverName, ...], AfterValidator(distinct), DISTINCT]


class EscalationSettings(Settings):
    """Who else is notified of what stays critical and that nobody acknowledges."""

    after: Duration = Field(
        description="time after the first critical notification; at most a third of the time that is left, "
        "and 4 hours once it has expired"
    )
    to: Receivers = Field(min_length=1, description="further receivers")


class RouteSettings(Settings):
    """The receivers of the alerts that match; the first route that matches counts."""

    match: Match = Field(
        default_factory=dict,
        description="labels of targets, check, level, kind, target or zone, each with one value or a list of "
        "them; everything if left out",
    )
    receivers: Receivers = Field(description="names of receivers; an empty list for nobody")
    continues: bool = Field(
        False, alias="continue", strict=True, description="true: the routes after this one may match as well"
    )
    escalate: EscalationSettings | None = Field(None, description="escalation; none if left out")

    def route(self) -> Route:
        """Return the route as alerts know it."""
        escalation = Escalation(self.escalate.after, self.escalate.to) if self.escalate else None
        return Route(self.receivers, matchers(self.match), self.continues, escalation)


def matchers(match: Mapping[str, Sequence[str]]) -> tuple[Matcher, ...]:
    """Return the matchers of a section ``match``."""
    return tuple(Matcher(name, tuple(values)) for name, values in match.items())


def routing(routes: Sequence[RouteSettings], receivers: Iterable[str]) -> Routing | None:
    """Return the routes of a configuration, ``None`` without any.

    What no route matches is for every receiver but those that alerts are only escalated to.
    """
    if not routes:
        return None
    return Routing(tuple(route.route() for route in routes), unescalated(routes, receivers))


def unescalated(routes: Sequence[RouteSettings], receivers: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the receivers but those that alerts are only escalated to."""
    named = {name for route in routes for name in route.receivers}
    only_escalated = {name for route in routes if route.escalate for name in route.escalate.to} - named
    return tuple(name for name in receivers if name not in only_escalated)
