"""The section ``heartbeat``: who is told that the monitor itself is alive and sees its targets."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from monitor.delivery.post_url import checked_url
from monitor.secrets import Secret, SecretReference
from monitor.settings import Duration, LocalPath, Settings, pattern

Url = Annotated[str, AfterValidator(checked_url), pattern("https?://[^ ]+")]


class HeartbeatSettings(Settings):
    """An address that is called after each full pass, as Healthchecks and others of its kind take it."""

    url: Url | None = Field(None, description="address that has nothing secret, https://...")
    url_file: LocalPath | None = Field(None, description="file with the address")
    url_env: str | None = Field(None, min_length=1, description="environment variable with the address")
    ca: LocalPath | None = Field(
        None, description="PEM file with the CA of the server, where the system does not trust it"
    )
    timeout: Duration = Field(timedelta(seconds=30), description="longest time one call may take")

    @model_validator(mode="after")
    def _one_address(self) -> "HeartbeatSettings":
        if sum(value is not None for value in (self.url, self.url_file, self.url_env)) != 1:
            raise ValueError("needs exactly one of url, url_file, url_env")
        return self

    def address(self) -> Secret:
        """Read the address; raise ``SecretUnavailableError`` where that is not possible."""
        if self.url is not None:
            return Secret(self.url)
        return SecretReference(file=self.url_file or "", env=self.url_env or "").resolve()
