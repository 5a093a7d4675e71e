"""Turn what a request for a probe names into a target, under the policies of the configuration; pure."""

from dataclasses import replace
from typing import Any

from monitor.addresses import HostPort
from monitor.config.load import Config
from monitor.config.probe import ModuleSettings
from monitor.config.targets import plan
from monitor.dialects import DIALECTS, PROTOCOLS
from monitor.model import Target
from monitor.parse import display

LONGEST = 300
"""Characters of a target: a name has at most 253, with a scheme before and a port behind it."""


def probe_target(config: Config, text: str, module: str) -> Target:
    """Return the endpoint for ``host:port`` or ``smtp://host:25``; raise ``ValueError`` with a sentence.

    A scheme wins over the protocol of the module. Without a module the one called ``default`` serves, or
    what the configuration says for every target.
    """
    settings = _module(config, module).model_copy(update=_where(text, _module(config, module).protocol))
    alone = replace(config, targets=(settings,), discoveries=())
    return plan(alone, {}).targets[0]


def _module(config: Config, name: str) -> ModuleSettings:
    modules = config.probe.modules
    if not name:
        return modules.get("default") or ModuleSettings()
    if name not in modules:
        known = ", ".join(modules) or "none"
        raise ValueError(f"there is no module {display(name, 60)!r}; configured: {known}")
    return modules[name]


def _where(text: str, protocol: str) -> dict[str, Any]:
    if not text:
        raise ValueError("name one target: /probe?target=HOST:PORT")
    if len(text) > LONGEST:
        raise ValueError(f"a target has at most {LONGEST} characters")
    scheme, _, rest = text.rpartition("://")
    if scheme and scheme not in DIALECTS:
        raise ValueError(f"unknown protocol {display(scheme, 60)!r}; known: {', '.join(PROTOCOLS)}")
    protocol = scheme or protocol
    try:
        where = HostPort.parse(rest.removesuffix("/") if scheme else rest, DIALECTS[protocol].port)
    except ValueError as error:
        raise ValueError(f"{display(text, 80)!r} is no target: {display(str(error))}") from None
    return {"address": str(where), "protocol": protocol}
