"""What an agent may probe, by its own file: a hijacked center can neither scan nor read files with it."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath

from monitor.agent import texts
from monitor.agent.order_check import is_host
from monitor.model import Message, ProbeRequest
from monitor.network.allow import Allowed
from monitor.network.resolve import Address, NameLookup
from monitor.sources.endpoint.connect_options import Endpoint
from monitor.sources.files.settings import Files
from monitor.sources.kubernetes.settings import Cluster
from monitor.windows.access import RemoteMachine

_WINDOWS = re.compile(r"[A-Za-z]:[/\\]|\\\\")


class Permission:
    """The allow list of an agent."""

    def __init__(self, allow: Iterable[str]) -> None:
        """Parse the list; raise ``ValueError`` for an invalid entry."""
        self.hosts, self._paths = read_allowed(allow)

    def refusal(self, request: ProbeRequest) -> Message | None:
        """Return why an order is refused, ``None`` where it is allowed as far as its names show."""
        settings = request.settings
        if isinstance(settings, Endpoint):
            return self._endpoint(settings)
        if isinstance(settings, RemoteMachine):
            return self._host(settings.host, settings.port)
        if isinstance(settings, Files):
            refused = [path for path in settings.paths if not self._holds(path)]
            return texts.not_allowed(what=refused[0]) if refused else None
        if isinstance(settings, Cluster):
            # Its address stands in the kubeconfig, which is a secret of the agent's own.
            return None if settings.kubeconfig else texts.not_allowed(what="kubernetes")
        return texts.not_allowed(what=settings.kind)

    def _endpoint(self, settings: Endpoint) -> Message | None:
        proxy = settings.connect.proxy
        if proxy is not None and (said := self._host(proxy.host, proxy.port)):
            return said
        return self._host(settings.host, settings.port, resolved_by_proxy=proxy is not None)

    def _host(self, host: str, port: int, *, resolved_by_proxy: bool = False) -> Message | None:
        if is_host(host) and self.hosts.may_permit(host, port, resolved_by_proxy=resolved_by_proxy):
            return None
        return texts.not_allowed(what=f"{host}:{port}")

    def _holds(self, path: str) -> bool:
        """Return whether a path, or every path that a pattern may match, is at or below an allowed one."""
        parts = _parts(path)
        if parts is None or any(_leads_up(one) for one in parts):
            return False
        return any(parts[: len(allowed)] == allowed for allowed in self._paths)


class AllowedNames:
    """A resolver that gives only the addresses that the allow list permits, whoever asks for a connection."""

    def __init__(self, names: NameLookup, hosts: Allowed) -> None:
        """Take the resolver and the list."""
        self._names = names
        self._hosts = hosts

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return the permitted addresses of a host; raise ``OSError`` when there are none."""
        found = await self._names.addresses(host, port)
        inside = tuple(one for one in found if self._hosts.permits(host, port, one.text))
        if found and not inside:
            raise OSError("its address is not in the agent's allow list")
        return inside


def read_allowed(allow: Iterable[str]) -> tuple[Allowed, tuple[tuple[str, ...], ...]]:
    """Return hosts and paths; raise ``ValueError`` for an invalid entry."""
    entries = tuple(allow)
    paths = [found for one in entries if (found := _parts(one)) is not None]
    if any(".." in one for one in paths):
        raise ValueError("a path in allow has no ..")
    return Allowed(one for one in entries if _parts(one) is None), tuple(paths)


def _leads_up(part: str) -> bool:
    """Return whether a part may stand for the folder above: Windows ignores dots and spaces at its end."""
    return len(part) > 1 and not part.strip(". ")


def _parts(text: str) -> tuple[str, ...] | None:
    """Return the parts of an absolute path, of Windows in lower case, ``None`` for anything else."""
    if _WINDOWS.match(text):
        return tuple(part.lower() for part in PureWindowsPath(text).parts)
    return PurePosixPath(text).parts if text.startswith("/") else None
