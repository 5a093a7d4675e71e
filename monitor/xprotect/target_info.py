"""What an endpoint is to its people, from its preset: title, what stops, renewal steps; judges nothing."""

from monitor.model import TargetInfo
from monitor.parse.display import display
from monitor.xprotect.presets import Preset, filled

LONGEST_NAME = 100


def title(preset: Preset, name: str, host: str, port: int) -> str:
    """Return the words that come first in a mail: role, name of the server, certificate, port."""
    called = display(name.strip(), LONGEST_NAME)
    # A service is often registered under the name of its role ("MobileServer"), which names no server.
    if not called or _squeezed(called) == _squeezed(preset.name):
        called = display(host, LONGEST_NAME)
    told = called.casefold().startswith(preset.name.casefold())
    return f"{called if told else f'{preset.name} {called}'}, {preset.certificate}, port {port}"


def _squeezed(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()


def meaning(preset: Preset, name: str, host: str, port: int) -> TargetInfo:
    """Return what the endpoint means, with the steps filled in as far as no certificate is needed.

    ``name`` is what the people call the server, empty when only its host is known.
    """
    # A brace in a host would be taken for a placeholder when the certificate's values are filled in.
    values = {"host": display(host).replace("{", "(").replace("}", ")"), "port": str(port)}
    return TargetInfo(
        title=title(preset, name, host, port),
        component=preset.component,
        what_stops=preset.what_stops,
        steps=tuple(filled(step, values) for step in preset.steps),
        ca_first=tuple(filled(step, values) for step in preset.ca_first),
        link=preset.link,
        switch=tuple(filled(step, values) for step in preset.switch),
    )
