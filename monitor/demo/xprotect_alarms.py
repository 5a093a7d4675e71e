"""The alarms of the simulated XProtect site; no HTTP.

Made from the vendor's sample AlarmsRestApiPython (milestonesys/mipsdk-samples-protocol), without the OpenAPI
document, and not compared with a real site.
"""

from typing import Any
from uuid import uuid4

Item = dict[str, Any]

_STATES = (("New", 1), ("In progress", 4), ("On hold", 9), ("Closed", 11))
_PRIORITIES = (("High", 1), ("Medium", 2), ("Low", 3))


def _levels(kinds: tuple[tuple[str, int], ...]) -> list[Item]:
    return [{"id": str(uuid4()), "name": name, "level": level} for name, level in kinds]


class SimulatedAlarms:
    """The alarms of one site, the newest first, with the states and priorities that they may have."""

    def __init__(self) -> None:
        """Start without alarms."""
        self.cameras: list[Item] = [{"id": str(uuid4()), "name": "Camera 01"}]
        self.alarms: list[Item] = []
        self.states = _levels(_STATES)
        self.priorities = _levels(_PRIORITIES)

    def items(self, resource: str) -> list[Item] | None:
        """Return a list, that of cameras too; ``None`` for what is none of them."""
        found = {
            "cameras": self.cameras,
            "alarms": self.alarms,
            "alarmstates": self.states,
            "alarmpriorities": self.priorities,
        }
        return found.get(resource)

    def create(self, wanted: Item) -> Item | None:
        """Return a new alarm, ``None`` where a field is missing."""
        fields = {name: wanted.get(name) for name in ("name", "message", "source")}
        if not all(isinstance(one, str) and one for one in fields.values()):
            return None
        alarm = {
            "id": str(uuid4()),
            **fields,
            "state": self.states[0]["id"],
            "priority": None,
            "comments": [],
        }
        self.alarms.insert(0, alarm)
        return alarm

    def change(self, alarm: Item, wanted: Item) -> bool:
        """Change an alarm; return false for a state or priority that there is none of."""
        for name, known in (("state", self.states), ("priority", self.priorities)):
            if wanted.get(name) is not None:
                if wanted[name] not in {one["id"] for one in known}:
                    return False
                alarm[name] = wanted[name]
        if wanted.get("comment"):
            alarm["comments"].append(wanted["comment"])
        return True

    def named(self, alarm: Item, field: str) -> str:
        """Return the name of an alarm's state or priority, empty for none."""
        known = self.states if field == "state" else self.priorities
        return next((str(one["name"]) for one in known if one["id"] == alarm[field]), "")
