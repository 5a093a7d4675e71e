"""Ask about one certificate: its sources in order, until one tells.

It must not remember answers, only fetched lists and who is silent.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from monitor.assess.links import UNREADABLE, loaded
from monitor.http.fetch import Fetcher
from monitor.http.request import FetchError, FetchRequest, Redirects
from monitor.issuers.crl import deltas_of, told_by, with_delta
from monitor.issuers.lists import Lists, ListUnavailableError
from monitor.issuers.named import lists_named, responders_named
from monitor.issuers.ocsp import question, told_by_response
from monitor.issuers.verdict import Pair, Verdict, unknown
from monitor.issuers.wanted import STAPLE
from monitor.model import Clock, FailureReason, RevocationStatus
from monitor.parse import display
from monitor.threads import ThreadPool

SILENT = 120.0
"""Seconds in which a responder that did not answer at all is not asked about other certificates."""

_MOST_RESPONSE = 256 * 1024
_MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class Case:
    """Hold the bytes of a certificate and of its issuer, where to ask, and the responses sent with it."""

    der: bytes
    issuer: bytes
    sources: tuple[str, ...]
    staples: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Hold a verdict and the source that gave it, empty where none did."""

    source: str
    verdict: Verdict


class Inquirer:
    """Ask staples, CRLs and OCSP responders."""

    def __init__(self, fetcher: Fetcher, pool: ThreadPool, clock: Clock) -> None:
        """Take what asks over the network, and where answers are read: lists have up to a million entries."""
        self._pool = pool
        self._fetcher = fetcher
        self._lists = Lists(fetcher, pool, clock)
        self._clock = clock
        self._silent: dict[str, tuple[float, FailureReason, str]] = {}

    async def ask(self, case: Case) -> Told:
        """Return what the first source tells that can, else why none can."""
        pair = await self._pool.run(_pair, case)
        if pair is None:
            return Told("", unknown("the certificate or its issuer's is too odd to be asked about"))
        reasons = []
        for source in case.sources:
            async for verdict in self._answers(source, pair, case):
                if verdict.revocation_status is not RevocationStatus.UNKNOWN:
                    return Told(source, verdict)
                reasons.append(f"{source}: {verdict.detail}")
        return Told("", unknown("; ".join(dict.fromkeys(reasons))))

    async def _answers(self, source: str, pair: Pair, case: Case) -> AsyncIterator[Verdict]:
        if source == STAPLE:
            answers = self._stapled(pair, case)
        elif source == "crl":
            answers = self._listed(pair)
        else:
            answers = self._responded(pair)
        async for verdict in answers:
            yield verdict

    async def _stapled(self, pair: Pair, case: Case) -> AsyncIterator[Verdict]:
        if not case.staples:
            yield unknown("the server sent no OCSP response with its certificate")
        for response in case.staples:
            yield await self._judged(response, pair, "the OCSP response that the server sent")

    async def _listed(self, pair: Pair) -> AsyncIterator[Verdict]:
        named = lists_named(pair.certificate)
        if not named.urls:
            yield unknown(named.why_not)
        for url in named.urls:
            try:
                base = await self._lists.get(url)
            except ListUnavailableError as error:
                yield unknown(f"the CRL {display(url, 200)} could not be had: {error}")
                continue
            verdict = await self._pool.run(told_by, base, pair, self._clock.now())
            for where in (
                deltas_of(base, pair) if verdict.revocation_status is not RevocationStatus.UNKNOWN else ()
            ):
                try:
                    delta = await self._lists.get(where)
                except ListUnavailableError:
                    continue  # a whole list speaks for itself (RFC 5280 section 6.3: deltas are optional)
                verdict = await self._pool.run(with_delta, verdict, base, delta, pair, self._clock.now())
                break
            yield verdict

    async def _responded(self, pair: Pair) -> AsyncIterator[Verdict]:
        named = responders_named(pair.certificate)
        if not named.urls:
            yield unknown(named.why_not)
        for url in named.urls:
            try:
                response = await self._response(url, pair)
            except FetchError as error:
                yield unknown(f"{display(url, 200)} gave no answer: {error}")
            except UNREADABLE:
                yield unknown("the certificate is too odd to be asked about")
            else:
                yield await self._judged(response, pair, f"the OCSP responder {url}")

    async def _response(self, url: str, pair: Pair) -> bytes:
        silent = self._silent.get(url)
        if silent is not None and self._clock.monotonic() - silent[0] < SILENT:
            raise FetchError(*silent[1:])
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        asked = FetchRequest(
            url,
            "POST",
            question(pair),
            headers,
            max_bytes=_MOST_RESPONSE,
            redirects=Redirects.ANY,
            accept=(200,),
        )
        try:
            answer = await self._fetcher.fetch(asked)
        except FetchError as error:
            if not error.status:
                self._note_silent(url, error)
            raise
        self._silent.pop(url, None)
        return answer.body

    def _note_silent(self, url: str, error: FetchError) -> None:
        if len(self._silent) >= _MOST_NAMES:
            self._silent.clear()
        self._silent[url] = (self._clock.monotonic(), error.reason, str(error))

    async def _judged(self, response: bytes, pair: Pair, where: str) -> Verdict:
        return await self._pool.run(told_by_response, response, pair, self._clock.now(), where)


def _pair(case: Case) -> Pair | None:
    certificate, issuer = loaded(case.der), loaded(case.issuer)
    return None if certificate is None or issuer is None else Pair(certificate, issuer)
