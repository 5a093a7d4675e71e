"""The keys that receivers over HTTP have in common, and the receiver that an entry makes."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from monitor.delivery.digest import DigestSettings
from monitor.delivery.email.settings import EmailSettings
from monitor.delivery.links import LinksNow, no_links
from monitor.delivery.post_url import checked_url
from monitor.delivery.rate import PER_HOUR, RateLimit
from monitor.delivery.receiver import Facts
from monitor.delivery.settings import BaseReceiver, Detail
from monitor.messages import Writer, language, machine_zone, zone
from monitor.model import AlertLevel, Message
from monitor.secrets import Secret, SecretReference
from monitor.settings import Duration, LocalPath, Settings, pattern

if TYPE_CHECKING:
    from monitor.delivery.http_receiver import HttpReceiver, Render, Sign

WriterAt = Callable[[datetime], Writer]


PostUrl = Annotated[str, AfterValidator(checked_url), pattern("https?://[^ ]+")]


class PostAddress(Settings):
    """An address that something is posted to, which is kept in a file or an environment variable."""

    url_file: LocalPath | None = Field(None, description="file with the address, https://...")
    url_env: str | None = Field(None, min_length=1, description="environment variable with the address")
    ca: LocalPath | None = Field(
        None, description="PEM file with the CA of the server, where the system does not trust it"
    )
    timeout: Duration = Field(timedelta(seconds=30), description="longest time one attempt may take")

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if sum(value is not None for value in (self.url_file, self.url_env, self.written_url)) != 1:
            raise ValueError(f"needs exactly one of {', '.join(self.address_keys)}")
        return self

    @property
    def written_url(self) -> str | None:
        """Return the address where the configuration itself has it."""
        return None

    @property
    def address_keys(self) -> tuple[str, ...]:
        """Return the keys of which one has the address."""
        return "url_file", "url_env"

    def address(self) -> Secret:
        """Read the address; raise ``SecretUnavailableError`` where that is not possible."""
        if self.written_url is not None:
            return Secret(self.written_url)
        return SecretReference(file=self.url_file or "", env=self.url_env or "").resolve()


class OpenAddress(PostAddress):
    """An address that may stand in the configuration itself, because it need not be a secret."""

    url: PostUrl | None = Field(None, description="address that has nothing secret, https://...")

    @property
    def written_url(self) -> str | None:
        """Return the address where the configuration itself has it."""
        return self.url

    @property
    def address_keys(self) -> tuple[str, ...]:
        """Return the keys of which one has the address."""
        return "url", "url_file", "url_env"


class PostedEntry(BaseReceiver, PostAddress):
    """A receiver that notifications are posted to over HTTP."""

    @abstractmethod
    def renderer(self, monitor: Callable[[], Message], writer: WriterAt, links: LinksNow) -> "Render":
        """Return the function that makes the bodies of this kind."""

    def signer(self) -> "Sign":
        """Return the function that makes the headers with a body's signature."""
        from monitor.delivery.http_receiver import unsigned  # noqa: PLC0415

        return unsigned


class ChatEntry(PostedEntry):
    """A chat, whose messages say less than mails."""

    detail: Detail = Field("brief", description="how much is said: brief, or full with what to do")


@dataclass(frozen=True, slots=True)
class EntryReceiverSettings:
    """A receiver without mails, with the section ``email`` for what it does not say itself."""

    entry: BaseReceiver
    email: EmailSettings | None = None

    @property
    def name(self) -> str:
        """Return its name."""
        return self.entry.name

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return its name: the address is a secret, and may change while something waits."""
        return (self.entry.name,)

    @property
    def levels(self) -> tuple[AlertLevel, ...]:
        """Return the levels that are notified."""
        return self.entry.levels

    @property
    def digest(self) -> DigestSettings | None:
        """Return when it is sent digests, ``None`` for the common times."""
        return self.entry.digest

    @property
    def zone(self) -> tzinfo:
        """Return the time zone of its readers, by default the machine's."""
        name = self.entry.timezone or (self.email.timezone if self.email else None)
        return zone(name) if name else machine_zone()

    @property
    def rate_limit(self) -> RateLimit:
        """Return how many notifications it is sent in a time."""
        return RateLimit(self.entry.max_per_hour or (self.email.max_per_hour if self.email else PER_HOUR))

    def writer(self, now: datetime) -> Writer:
        """Return what writes in the language and time zone of the readers."""
        code = self.entry.language or (self.email.language if self.email else "en")
        return Writer(language(code), self.zone, now)


@dataclass(frozen=True, slots=True)
class PostedReceiverSettings(EntryReceiverSettings):
    """A receiver over HTTP."""

    entry: PostedEntry

    def receiver(
        self, monitor: Callable[[], Message], links: LinksNow = no_links, facts: Facts | None = None
    ) -> "HttpReceiver":
        """Return the receiver; ``monitor`` returns what it calls this monitor, and may block."""
        del facts
        from monitor.delivery.http_receiver import HttpReceiver, PostSettings  # noqa: PLC0415

        entry = self.entry
        settings = PostSettings(entry.address, entry.ca or "", entry.timeout)
        render = entry.renderer(monitor, self.writer, links)
        return HttpReceiver(self.name, settings, render, entry.signer())
