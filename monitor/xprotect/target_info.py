"""The target info of an endpoint from its preset: title, impact, renewal steps; judges nothing."""

from monitor.model import Message, Runbook, TargetInfo, shared
from monitor.model.message import Parameter, completed
from monitor.parse.display import display
from monitor.xprotect import texts
from monitor.xprotect.presets import Preset
from monitor.xprotect.service_facts import ServiceFacts

LONGEST_NAME = 100


def title(preset: Preset, name: str, host: str, port: int) -> str:
    """Return the title: the server's name with its role, and the port."""
    return f"{server_title(preset, name, host)}, port {port}"


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


def make_target_info(
    preset: Preset,
    name: str,
    host: str,
    port: int,
    facts: ServiceFacts = ServiceFacts(),  # noqa: B008 - it is frozen
) -> TargetInfo:
    """Return the info of an endpoint, with all placeholders filled that need no certificate.

    ``name`` is the display name of the server, empty if only its host is known. ``facts`` are what the site
    says of its service.
    """
    values: dict[str, Parameter] = {"host": display(host), "port": str(port)}
    account = facts.account_in_words
    if account is not None:
        values["account"] = account

    def filled(steps: tuple[Message, ...]) -> tuple[Message, ...]:
        doubt = (texts.unconfirmed_steps(host=display(host), port=str(port)),) if preset.unconfirmed else ()
        version = (facts.version_step,) if facts.version_step is not None else ()
        return (*doubt, *(completed(step, **values) for step in steps), *version) if steps else ()

    return TargetInfo(
        title=title(preset, name, host, port),
        server=server_title(preset, name, host),
        component=preset.component,
        low_impact=preset.low_impact,
        runbook=shared(
            Runbook(
                impact=preset.impact,
                in_brief=preset.in_brief,
                steps=filled(preset.steps),
                ca_first=filled(preset.ca_first),
                switch=filled(preset.switch),
                link=preset.link,
                interruption=preset.interruption,
                group=preset.group,
                guid=preset.guid,
            )
        ),
    )
