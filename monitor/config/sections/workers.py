"""The section ``workers``: where processes that share the probing take their batches from."""

from importlib.util import find_spec
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from monitor.addresses import is_loopback_host, read_url
from monitor.settings import AnchorPath, LocalPath, Settings

_NO_SERVER = "must be the address of a NATS server, such as tls://nats.example:4222"


def _server(value: str) -> str:
    url = read_url(value, ("tls", "nats"), _NO_SERVER)
    parts = url.parts
    if parts.path or parts.query or parts.fragment or parts.username:
        raise ValueError(_NO_SERVER)
    if parts.scheme == "nats" and not is_loopback_host(url.host):
        raise ValueError("must be tls:// for a server on another machine")
    return value


Server = Annotated[str, AfterValidator(_server)]


class NatsSettings(Settings):
    """NATS servers of one cluster, with JetStream."""

    servers: tuple[Server, ...] = Field(
        min_length=1, description="addresses of NATS servers: tls://HOST:PORT, nats:// on this machine alone"
    )
    credentials_file: LocalPath | None = Field(
        None, description="file that signs in: credentials of NATS, the seed of an nkey, or user:password"
    )
    trust: tuple[AnchorPath, ...] = Field(
        ("system",), min_length=1, description="CAs that verify the servers: system, or certificate files"
    )


class WorkersSettings(Settings):
    """Processes that share the probing of this monitor."""

    nats: NatsSettings = Field(description="where workers take their batches from")

    @model_validator(mode="after")
    def _installed(self) -> "WorkersSettings":
        if find_spec("nats") is None:
            raise ValueError("workers need an extra: pip install -r requirements/extras.txt")
        return self
