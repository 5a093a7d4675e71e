"""An entry of ``receivers`` of the kind ``webhook``: its address, and the keys that sign what it is sent."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from monitor.delivery.links import LinksNow
from monitor.delivery.post_settings import OpenAddress, PostedEntry, WriterAt
from monitor.model import Message
from monitor.secrets import SecretReference
from monitor.settings import LocalPath

if TYPE_CHECKING:
    from monitor.delivery.http_receiver import Render, Sign


class WebhookEntry(PostedEntry, OpenAddress):
    """A program that is sent every notification as JSON."""

    kind: Literal["webhook"]
    secret_file: LocalPath | None = Field(None, description="file with the key of the signatures")
    secret_env: str | None = Field(
        None, min_length=1, description="environment variable with the key of the signatures"
    )
    previous_secret_file: LocalPath | None = Field(
        None, description="file with the key before, which signs too while keys are changed"
    )

    @model_validator(mode="after")
    def _one_secret(self) -> "WebhookEntry":
        if self.secret_file is not None and self.secret_env is not None:
            raise ValueError("needs only one of secret_file, secret_env")
        if self.previous_secret_file is not None and not (self.secret_file or self.secret_env):
            raise ValueError("previous_secret_file needs secret_file or secret_env")
        return self

    def renderer(self, monitor: Callable[[], Message], writer: WriterAt, links: LinksNow) -> "Render":
        """Return the function that makes the bodies."""
        from monitor.delivery.webhook.body import renderer  # noqa: PLC0415

        return renderer(monitor, writer, links, full=self.detail == "full")

    def signer(self) -> "Sign":
        """Return what signs bodies; the keys are read for each, so that a new one needs no reload."""
        from monitor.delivery.webhook.signature import HEADER, signature  # noqa: PLC0415

        named = SecretReference.of(self.secret_file, self.secret_env)
        before = SecretReference.of(self.previous_secret_file, None)
        references = [one for one in (named, before) if one is not None]

        def sign(body: bytes) -> Mapping[str, str]:
            keys = [one.resolve() for one in references]
            return {HEADER: signature(body, keys)} if keys else {}

        return sign
