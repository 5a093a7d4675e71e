"""What the section ``probe`` may hold: modules, who may be probed, and how long; probes nothing."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, Field, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from monitor.network.allow import Allowed, read_pattern
from monitor.settings import Duration, Settings
from monitor.sources import EndpointSettings


class ModuleSettings(EndpointSettings):
    """Hold the keys of an endpoint but its address, which comes with each request."""

    address: SkipJsonSchema[str] = Field("", description="comes with the request")

    @model_validator(mode="before")
    @classmethod
    def _no_address(cls, keys: Any) -> Any:
        if isinstance(keys, dict) and "address" in keys:
            raise ValueError("a module has no address: it comes with each request, as target=")
        return keys


def _pattern(text: str) -> str:
    read_pattern(text)
    return text


class ProbeSettings(Settings):
    """Say what ``/probe`` may be asked for; nothing, unless ``allow`` lists it."""

    modules: dict[str, ModuleSettings] = Field(
        default_factory=dict, description="keys of an endpoint by the name that module= asks for"
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
        """Return the list in a form that can be asked."""
        return Allowed(self.allow)
