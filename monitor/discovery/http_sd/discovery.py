"""Fetch the list of targets from a web server and parse it; caches only the TLS context."""

import asyncio
import json

from monitor.discovery import texts
from monitor.discovery.base import BaseDiscovery, DiscoveryResult
from monitor.discovery.context import DiscoveryContext, TrustedTls
from monitor.discovery.groups import ListError, parse_groups
from monitor.discovery.http_sd.request import HttpCredentials, ListAnswer, NoListError, get_list
from monitor.discovery.http_sd.settings import HttpSdSettings
from monitor.documents import dotted
from monitor.model import Failure, FailureReason, Message
from monitor.parse import display
from monitor.secrets import SecretUnavailableError
from monitor.threads import ThreadPool

_MOST_SAID = 5


class HttpSd(BaseDiscovery):
    """The endpoints listed at one URL."""

    def __init__(self, settings: HttpSdSettings, trust: tuple[str, ...], context: DiscoveryContext) -> None:
        """Prepare without sending anything."""
        super().__init__(settings)
        self._settings = settings
        self._context = context
        self._pool = ThreadPool("http_sd", 1)
        self._tls = TrustedTls(context, trust, self._pool)
        self._last: tuple[ListAnswer, DiscoveryResult] | None = None

    async def discover(self) -> DiscoveryResult:
        """Return the listed endpoints, with failures when the list is incomplete."""
        try:
            async with asyncio.timeout(self._context.request_timeout):
                login = await self._login()
                tls = await self._tls.current()
            names, longest = self._context.resolver, self._context.request_timeout
            answer = await get_list(self._settings.url, login, tls, names, longest)
        except SecretUnavailableError as error:
            return self._failed(FailureReason.UNAUTHORIZED, error.message)
        except TimeoutError:
            return self._failed(FailureReason.TIMEOUT, texts.LOGIN_LATE)
        except NoListError as error:
            return DiscoveryResult(failures=(error.failure,))
        if self._last is None or self._last[0] != answer:
            # On the thread: a hundred thousand targets take seconds to parse.
            self._last = (answer, await self._pool.run(self._read, answer))
        return self._last[1]

    async def close(self) -> None:
        """Close the thread pool; connections live no longer than one ``discover``."""
        self._pool.close()

    async def _login(self) -> HttpCredentials | None:
        reference = self._settings.secret
        if reference is None:
            return None
        return HttpCredentials(self._settings.username, await self._pool.run(reference.resolve))

    def _read(self, answer: ListAnswer) -> DiscoveryResult:
        try:
            data = json.loads(answer.body.decode())
        except UnicodeDecodeError:
            return self._failed(FailureReason.BAD_ANSWER, texts.not_utf8(server=answer.location))
        except json.JSONDecodeError as error:
            said = texts.not_json_at(
                server=answer.location, error=error.msg, line=error.lineno, column=error.colno
            )
            return self._failed(FailureReason.BAD_ANSWER, said)
        except (ValueError, RecursionError):
            return self._failed(FailureReason.BAD_ANSWER, texts.not_json(server=answer.location))
        if not isinstance(data, list):
            return self._failed(FailureReason.BAD_ANSWER, texts.not_groups(server=answer.location))
        parsed = parse_groups(data)
        mistakes = [
            f"{dotted(one.keys)}: {one.message}" if one.keys else one.message for one in parsed.errors
        ]
        if not mistakes:
            return DiscoveryResult(parsed.found, (), parsed.notes)
        more = f"; and {len(mistakes) - _MOST_SAID} more" if len(mistakes) > _MOST_SAID else ""
        problems = display(f"{'; '.join(mistakes[:_MOST_SAID])}{more}", 1000)
        wrong = texts.entries_wrong(server=answer.location, problems=problems)
        return self._failed(FailureReason.BAD_ANSWER, wrong)._replace(found=parsed.found, notes=parsed.notes)

    def _failed(self, reason: FailureReason, message: Message) -> DiscoveryResult:
        return DiscoveryResult(failures=(Failure(reason, message, self.id),))


def _mistake(error: ListError) -> str:
    return f"{dotted(error.keys)}: {error.message}" if error.keys else error.message
