"""The computers of the demo's XProtect site and what each of their ports serves; data only."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

DAY = timedelta(days=1)
A_WHILE = timedelta(hours=1)
"""So that 25 days left are still 25 during the demo."""

CA_NAME = "VMS Certificate Authority"
"""The name that the scripts of Milestone's certificates guide give every CA."""
CA_LIFETIME = 365 * DAY
CA_ENDS_IN = 80 * DAY + A_WHILE
HEALTHY = 75 * DAY + A_WHILE
"""Ends within the CA's life, and above the first threshold for servers."""
NEW = 365 * DAY - A_WHILE
"""Renewed just now, and so outlives its CA."""


class Serves(StrEnum):
    """What a port serves."""

    TLS = "tls"
    PLAIN = "plain"
    NOTHING = "nothing"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Door:
    """One port of a computer.

    ``announced`` is true if the API announces the port, so that another one can be used when it is taken.
    """

    port: int
    serves: Serves = Serves.TLS
    ends_in: timedelta = HEALTHY
    self_signed: bool = False
    announced: bool = True


@dataclass(frozen=True, slots=True)
class DemoMachine:
    """One computer with its own address."""

    name: str
    doors: tuple[Door, ...]

    @property
    def host(self) -> str:
        """Return the host name in its certificates."""
        return f"{self.name}.vms.example"


def recorder(name: str, media: Door, server: Door | None = None) -> DemoMachine:
    """Return a recording server: port 7563 for media as given, port 9001 for the management server."""
    return DemoMachine(name, (media, server or Door(9001, announced=False)))


MACHINES = (
    DemoMachine(
        "management",
        (
            Door(9000, announced=False),
            Door(22337, Serves.PLAIN),
            # Last, so that it does not take the address of a computer with fixed ports.
            Door(8443, Serves.GATEWAY),
        ),
    ),
    recorder("recorder01", Door(7563, ends_in=NEW), Door(9001, ends_in=25 * DAY + A_WHILE, announced=False)),
    DemoMachine("recorder02", (Door(7563), Door(9001, announced=False), Door(7609))),
    recorder("recorder03", Door(7563, Serves.PLAIN)),
    DemoMachine(
        "failover01",
        (
            Door(7563, Serves.NOTHING),
            Door(9001, Serves.NOTHING, announced=False),
            Door(8990, Serves.NOTHING, announced=False),
        ),
    ),
    DemoMachine("event01", (Door(22331), Door(22332, announced=False))),
    DemoMachine("mobile01", (Door(8082, ends_in=900 * DAY, self_signed=True),)),
    DemoMachine("camera01", (Door(8443, ends_in=900 * DAY, self_signed=True),)),
    DemoMachine("camera02", (Door(8443, ends_in=-5 * DAY, self_signed=True),)),
    DemoMachine("camera03", (Door(8080, Serves.PLAIN),)),
    DemoMachine("camera04", (Door(8443, Serves.NOTHING),)),
)
"""Recorder 01 was renewed on one port only, 02 is healthy and collects data, 03 is not encrypted.

The failover recorder waits, so nothing listens there. Camera 02 has expired, 03 has HTTPS off, 04 is
disabled.
"""
