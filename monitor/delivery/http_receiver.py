"""A receiver that a notification is posted to over HTTP; its kind makes the body, and signs it.

No sentence has more of the address than its host: the address of a chat is its password.
"""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.delivery.post_result import result_of
from monitor.delivery.post_url import checked_url, host_of
from monitor.delivery.receiver import Note, SendResult, retry, unheard
from monitor.errors import CertMonitorError
from monitor.http.policy import EVERYWHERE
from monitor.http.request import FetchError, FetchRequest, FetchResponse
from monitor.messages import english
from monitor.model import FailureReason, Notification
from monitor.network.client_tls import system_context
from monitor.network.resolve import PoolResolver
from monitor.parse.display import display
from monitor.secrets import Secret, SecretUnavailableError
from monitor.threads import ThreadPool

Render = Callable[[Notification, datetime], bytes]
"""Makes the JSON body of a notification; may block."""

Sign = Callable[[bytes], Mapping[str, str]]
"""Returns further headers for a body; may block, and raise ``SecretUnavailableError``."""


def unsigned(_body: bytes) -> Mapping[str, str]:
    """Return no headers."""
    return {}


@dataclass(frozen=True, slots=True)
class PostSettings:
    """Where notifications are posted to.

    ``url`` is called for each, so that a new address needs no reload. ``ca`` is the path of a PEM or DER file
    that is trusted in addition to the system's anchors.
    """

    url: Callable[[], Secret] = field(repr=False)
    ca: str = ""
    timeout: timedelta = timedelta(seconds=30)


class NotPostedError(CertMonitorError):
    """Nothing could be sent; the text says why."""


class HttpReceiver:
    """A web server that takes notifications as JSON."""

    def __init__(self, name: str, settings: PostSettings, render: Render, sign: Sign = unsigned) -> None:
        """Prepare without connecting."""
        self.name = name
        self._settings = settings
        self._render = render
        self._sign = sign
        self._pool = ThreadPool("post", 2)

    async def render(self, notification: Notification, now: datetime) -> bytes:
        """Return the body of a notification."""
        return await self._pool.run(self._render, notification, now)

    async def send(
        self, notification: Notification, now: datetime, note: Note = unheard
    ) -> Mapping[str, SendResult]:
        """Post what is rendered; return the result for every pending recipient, which is one."""
        body = notification.rendered or b""
        try:
            url, headers, tls = await self._pool.run(self._prepared, body)
        except NotPostedError as error:
            note(str(error))
            result = retry(str(error), receiver_down=True)
        else:
            result = await self._posted(url, headers, body, tls, now, note)
        return dict.fromkeys(notification.pending, result)

    def close(self) -> None:
        """End the threads."""
        self._pool.close()

    def _prepared(self, body: bytes) -> tuple[str, Mapping[str, str], ssl.SSLContext]:
        try:
            url, headers = self._settings.url().reveal(), self._sign(body)
        except SecretUnavailableError as error:
            raise NotPostedError(str(error)) from None
        try:
            checked = checked_url(url.strip())
        except ValueError as error:
            raise NotPostedError(f"the address of {self.name} {error}") from None
        return checked, {"Content-Type": "application/json", **headers}, trusting(self._settings.ca)

    async def _posted(  # noqa: PLR0913, PLR0917 - one request
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        tls: ssl.SSLContext,
        now: datetime,
        note: Note,
    ) -> SendResult:
        host = host_of(url)
        request = FetchRequest(
            url, "POST", body, headers, timeout=self._settings.timeout.total_seconds(), verbatim=True
        )
        note(f"post {len(body)} bytes to {host}")
        try:
            response = await self._answer(request, tls)
        except FetchError as error:
            why = english(now).write(error.message)
            note(why)
            # A request that the policy stops goes nowhere.
            sent = error.connected and error.reason is not FailureReason.FORBIDDEN
            return retry(why, receiver_down=True, uncertain=sent)
        result = result_of(response, host, url, now)
        note(result.why or f"{host} answered with HTTP {response.status}")
        return result

    async def _answer(self, request: FetchRequest, tls: ssl.SSLContext) -> FetchResponse:
        # The HTTP library takes half a second to load, and most configurations need none of it.
        from monitor.http.fetch import Fetcher  # noqa: PLC0415

        # An answer that is compressed though nobody asked for it has been accepted all the same.
        return await Fetcher(PoolResolver(self._pool), EVERYWHERE, tls, compressed=True).fetch(request)


def trusting(path: str) -> ssl.SSLContext:
    """Return a context that trusts the system's anchors and those of a file, empty for none; may block.

    Raises ``NotPostedError`` for a file that cannot be read.
    """
    try:
        return system_context(path)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NotPostedError(f"cannot read {path} ({display(why, 200)}): check its key ca") from None
