"""The Alarms REST API of one site (2023 R2 and newer, beta): create, change and find alarms.

What is sent and expected follows AlarmsRestApiPython in milestonesys/mipsdk-samples-protocol. The
OpenAPI document was not read, and nothing here was run against a real site. Where the sample does not show a
field, all of its likely forms are accepted.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from monitor.delivery.post_result import result_of
from monitor.delivery.receiver import SendResult, SendStatus, refused, retry
from monitor.delivery.xprotect_alarm.orders import mark
from monitor.discovery.xprotect.client import Client
from monitor.discovery.xprotect.login import Login
from monitor.errors import CertMonitorError
from monitor.http.request import FetchResponse

Item = dict[str, Any]

PAGE = 100
MOST_PAGES = 20
"""Alarms that are looked through for one of ours: 2,000."""
# The names and levels that a site has before anybody changes them (Management Client, Alarm Data Settings).
CLOSED = ("closed", "11")
_PRIORITIES = {"warning": ("medium", "2"), "critical": ("high", "1"), "expired": ("high", "1")}


class AlarmError(CertMonitorError):
    """The site did not do what was asked; ``result`` is what that means."""

    def __init__(self, result: SendResult) -> None:
        """Store the result."""
        super().__init__(result.why)
        self.result = result


class AlarmSite:
    """The alarms of one site, with one login."""

    def __init__(self, client: Client, login: Login, base: str, now: datetime) -> None:
        """Prepare to send requests to paths under ``base`` (``/api``)."""
        self._client = client
        self._login = login
        self._base = f"{base}/rest/v1/"
        self._host = client.origin.where
        self._now = now
        self._levels: dict[str, list[Item]] = {}

    async def first_camera(self) -> str:
        """Return the id of a camera; raise ``AlarmError`` where the login sees none."""
        for item in await self._items("cameras?page=0&size=1"):
            if found := _text(item, "id"):
                return found
        raise AlarmError(
            refused(f"{self._host} shows this login no camera: set the key source to the id of one")
        )

    async def create(self, name: str, message: str, source: str) -> str:
        """Return the id of a new alarm; raise ``AlarmError`` for none."""
        reply = await self._call("POST", "alarms", {"name": name, "message": message, "source": source})
        self._check(reply)
        read = reply.json()
        data = read.get("data") if isinstance(read, dict) else None
        found = _text(data, "id") if isinstance(data, dict) else ""
        if not found:
            why = f"{self._host} accepted the alarm without saying its id"
            raise AlarmError(retry(why, receiver_down=True, uncertain=True))
        return found

    async def give_level(self, alarm_id: str, level: str, comment: str) -> bool:
        """Set the priority of an alarm, and say why; return false where there is no such alarm."""
        wanted = _chosen(await self._listed("alarmPriorities"), _PRIORITIES.get(level, ("high", "1")))
        priority = {"priority": wanted["id"]} if wanted else {}
        return await self._changed(alarm_id, {**priority, "comment": comment})

    async def close(self, alarm_id: str, comment: str) -> bool:
        """Close an alarm; return false where there is no such alarm."""
        closed = await self._closed()
        return await self._changed(alarm_id, {"state": closed["id"], "comment": comment})

    async def find(self, alert_id: str) -> str:
        """Return the id of the open alarm of an alert, empty where none is among those looked through."""
        closed = set(_forms(await self._closed()))
        seen: set[str] = set()
        for page in range(MOST_PAGES):
            items = await self._items(f"alarms?page={page}&size={PAGE}")
            for item in items:
                if mark(alert_id) in "\n".join(_strings(item)) and not closed & set(_state(item)):
                    return _text(item, "id")
            fresh = {_text(item, "id") for item in items} - seen
            if not fresh:
                break
            seen |= fresh
        return ""

    async def _closed(self) -> Item:
        found = _chosen(await self._listed("alarmStates"), CLOSED)
        if found is None:
            raise AlarmError(refused(f"{self._host} has no alarm state Closed: alarms are not closed"))
        return found

    async def _changed(self, alarm_id: str, changes: Mapping[str, object]) -> bool:
        reply = await self._call("PATCH", f"alarms/{quote(alarm_id, safe='')}", changes)
        if reply.status == 404:
            return False
        self._check(reply)
        return True

    async def _listed(self, path: str) -> list[Item]:
        """Return states or priorities, asked for once in an attempt."""
        if path not in self._levels:
            self._levels[path] = await self._items(path)
        return self._levels[path]

    async def _items(self, path: str) -> list[Item]:
        reply = await self._call("GET", path)
        self._check(reply)
        read = reply.json()
        found = read.get("array") if isinstance(read, dict) else read
        if not isinstance(found, list):
            raise AlarmError(retry(f"{self._host} answered {path} with something else than a list"))
        return [one for one in found if isinstance(one, dict)]

    def _check(self, reply: FetchResponse) -> None:
        """Raise ``AlarmError`` for any status but a good one."""
        result = _advised(reply.status, self._host) or result_of(reply, self._host, "", self._now)
        if result.status is not SendStatus.ACCEPTED:
            raise AlarmError(result)

    async def _call(self, method: str, path: str, value: object = None) -> FetchResponse:
        token = await self._login.token()
        headers = {"Authorization": f"Bearer {token.secret.reveal()}"}
        if method == "GET":
            reply = await self._client.get(self._base + path, headers)
        else:
            reply = await self._client.send_json(method, self._base + path, value, headers)
        token.worked = token.worked or reply.status != 401
        return reply


def _advised(status: int, host: str) -> SendResult | None:
    """Return what a status means here and not elsewhere."""
    said = f"{host} answered with HTTP {status}"
    if status in (404, 405, 501):
        return refused(
            f"{said}: it has no Alarms API, which needs XProtect 2023 R2 or newer and its API Gateway"
        )
    if status == 401:
        return retry(f"{said}: it does not take its own token", receiver_down=True)
    if status == 403:
        return refused(f"{said}: the login may not do this with alarms; check the rights of its role")
    if status in (400, 422):
        return refused(f"{said}: check that the key source is the id of a camera of the site")
    return None


def _chosen(items: list[Item], wanted: tuple[str, str]) -> Item | None:
    """Return the item with a name, or else the one with a level; the item needs an id."""
    usable = [one for one in items if one.get("id") is not None]
    named = [
        one for one in usable if wanted[0] in (_text(one, "name").lower(), _text(one, "displayName").lower())
    ]
    return next(iter((*named, *(one for one in usable if str(one.get("level")) == wanted[1]))), None)


def _chosen_forms(item: Item) -> Iterator[object]:
    yield from (item.get(key) for key in ("id", "name", "displayName", "level"))


def _forms(item: Item) -> Iterator[str]:
    """Yield the texts by which an alarm may name a state."""
    yield from (str(one).lower() for one in _chosen_forms(item) if isinstance(one, str | int))


def _state(alarm: Item) -> Iterator[str]:
    found = alarm.get("state")
    if isinstance(found, dict):
        yield from _forms(found)
    elif isinstance(found, str | int):
        yield str(found).lower()


def _strings(value: object) -> Iterator[str]:
    """Yield the texts in an item, two levels deep: where the message is was not read anywhere."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            if isinstance(one, str):
                yield one
            elif isinstance(one, dict):
                yield from (inner for inner in one.values() if isinstance(inner, str))


def _text(item: Item, key: str) -> str:
    found = item.get(key)
    return found if isinstance(found, str) else ""
