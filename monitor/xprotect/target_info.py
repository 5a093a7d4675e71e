"""The target info of an endpoint from its preset: title, impact, renewal steps; judges nothing."""

from monitor.model import Runbook, TargetInfo, shared
from monitor.model.message import completed
from monitor.parse.display import display
from monitor.xprotect.presets import Preset

LONGEST_NAME = 100


def title(preset: Preset, name: str, host: str, port: int) -> str:
    """Return the title, of names alone: the server's with its role, and the port."""
    return f"{server_title(preset, name, host)}, TCP {port}"


def server_title(preset: Preset, name: str, host: str) -> str:
    """Return the title of a server: the product's name for its role and its own, or that of its host."""
    server = display(name.strip(), LONGEST_NAME)
    # A service is often registered under the name of its role ("MobileServer"), which is not a server name.
    if not server or _squeezed(server) == _squeezed(preset.name):
        server = display(host, LONGEST_NAME)
    names_role = server.casefold().startswith(preset.name.casefold())
    return server if names_role else f"{preset.name} {server}"


def _squeezed(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def make_target_info(preset: Preset, name: str, host: str, port: int) -> TargetInfo:
    """Return the info of an endpoint, with all placeholders filled that need no certificate.

    ``name`` is the display name of the server, empty if only its host is known.
    """
    values = {"host": display(host), "port": str(port)}
    return TargetInfo(
        title=title(preset, name, host, port),
        server=server_title(preset, name, host),
        component=preset.component,
        low_impact=preset.low_impact,
        runbook=shared(
            Runbook(
                impact=preset.impact,
                in_brief=preset.in_brief,
                steps=tuple(completed(step, **values) for step in preset.steps),
                ca_first=tuple(completed(step, **values) for step in preset.ca_first),
                switch=tuple(completed(step, **values) for step in preset.switch),
                link=preset.link,
            )
        ),
    )
