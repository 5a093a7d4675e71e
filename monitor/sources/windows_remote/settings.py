"""The configuration of Windows machines read over the network; one entry yields a target for each."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from monitor.model import Policy, Target, TargetInfo, make_target_id
from monitor.settings import Host, PolicySettings
from monitor.windows.access import RemoteMachine, WindowsAccess

KIND = "windows_remote"

DEFAULT_POLICY = PolicySettings(timeout=timedelta(seconds=60))
"""Between ``defaults`` and ``policies``: PowerShell needs seconds to start on a busy server."""


class WindowsRemoteSettings(WindowsAccess):
    """The settings of Windows machines that share one login."""

    kind: Literal["windows_remote"]
    hosts: tuple[Host, ...] = Field(min_length=1, description="names or addresses of the machines")

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        twice = next((host for index, host in enumerate(hosts) if host in hosts[:index]), None)
        if twice is not None:
            raise ValueError(f"{twice} is listed twice")
        return hosts

    def targets(self, policy: Policy) -> tuple[Target, ...]:
        """Return one target for each machine."""
        return tuple(target_of(self, host, policy) for host in self.hosts)


def target_of(access: WindowsAccess, host: str, policy: Policy) -> Target:
    """Return the target of one machine; ``host`` is normalized by ``read_host``."""
    return Target(
        id=make_target_id(KIND, host),
        kind=KIND,
        location=host,
        settings=access.remote(host),
        policy=policy,
        labels=tuple(sorted(access.labels.items())),
        host=host,
        collection=True,
        info=TargetInfo(title=f"{access.title}: {host}" if access.title else f"{host} (Windows)"),
    )


__all__ = ["DEFAULT_POLICY", "KIND", "RemoteMachine", "WindowsRemoteSettings", "target_of"]
