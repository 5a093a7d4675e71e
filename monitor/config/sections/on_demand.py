"""The section ``probe`` of the configuration: allowed targets of ``/probe``, and its modules."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from monitor.addresses import HostPort
from monitor.dialects import DIALECTS, PROTOCOLS
from monitor.network.allow import Allowed, parse_pattern
from monitor.parse import display
from monitor.settings import Duration, Settings
from monitor.sources.endpoint.settings import EndpointSettings

LONGEST_TARGET = 300
"""Characters of a target: a name has at most 253, with a scheme before and a port behind it."""


class ModuleSettings(EndpointSettings):
    """The keys of an endpoint except its address, which comes with each request."""

    address: SkipJsonSchema[str] = Field("", description="comes with the request")

    @model_validator(mode="before")
    @classmethod
    def _no_address(cls, keys: Any) -> Any:
        if isinstance(keys, dict) and "address" in keys:
            raise ValueError("a module has no address: each request names one in target=")
        return keys


def _pattern(text: str) -> str:
    parse_pattern(text)
    return text


class ProbeSettings(Settings):
    """The targets and modules of ``/probe``; nothing is allowed unless ``allow`` lists it."""

    modules: dict[str, ModuleSettings] = Field(
        default_factory=dict, description="keys of an endpoint by the name given in module="
    )
    allow: tuple[Annotated[str, AfterValidator(_pattern)], ...] = Field(
        (), description="hosts, networks and ports that may be probed: *.vms.example:*, 10.1.0.0/16:443"
    )
    timeout: Duration = Field(timedelta(seconds=10), description="longest time one probe may take")
    metrics_listen: bool = Field(
        False, strict=True, description="true: web.metrics_listen answers /probe as well"
    )

    @field_validator("modules")
    @classmethod
    def _named(cls, modules: dict[str, ModuleSettings]) -> dict[str, ModuleSettings]:
        if "" in modules:
            raise ValueError("a module needs a name")
        return modules

    @property
    def allowed(self) -> Allowed:
        """Return the allow list."""
        return Allowed(self.allow)

    def time_limit(self, asked: timedelta | None) -> timedelta:
        """Return the time limit of a probe; ``asked`` is the client's timeout, ``None`` if unknown."""
        return self.timeout if asked is None else min(asked, self.timeout)

    def endpoint(self, target: str, module: str) -> ModuleSettings:
        """Return the endpoint for ``host:port`` or ``smtp://host:25``; raise ``ValueError`` with a sentence.

        A scheme overrides the protocol of the module. The default module is the one named ``default``, or
        else the configuration for all targets.
        """
        settings = self._module(module)
        return settings.model_copy(update=_address(target, settings.protocol))

    def _module(self, name: str) -> ModuleSettings:
        if not name:
            return self.modules.get("default") or ModuleSettings()
        if name not in self.modules:
            known = ", ".join(self.modules) or "none"
            raise ValueError(f"there is no module {display(name, 60)!r}; configured: {known}")
        return self.modules[name]


def _address(text: str, protocol: str) -> dict[str, Any]:
    """Return the keys ``address`` and ``protocol`` for a target."""
    if not text:
        raise ValueError("name one target: /probe?target=HOST:PORT")
    if len(text) > LONGEST_TARGET:
        raise ValueError(f"a target has at most {LONGEST_TARGET} characters")
    scheme, _, rest = text.rpartition("://")
    if scheme and scheme not in DIALECTS:
        raise ValueError(f"unknown protocol {display(scheme, 60)!r}; known: {', '.join(PROTOCOLS)}")
    protocol = scheme or protocol
    try:
        where = HostPort.parse(rest.removesuffix("/") if scheme else rest, DIALECTS[protocol].port)
    except ValueError as error:
        raise ValueError(f"{display(text, 80)!r} is not a target: {display(str(error))}") from None
    return {"address": str(where), "protocol": protocol}
