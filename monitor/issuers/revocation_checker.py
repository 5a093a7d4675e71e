"""Check one certificate for revocation: try its sources in order until one has an answer.

It caches no answers, only fetched CRLs and which responders do not answer.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from monitor.assess.paths.links import UNREADABLE, load_certificate
from monitor.http.fetch import Fetcher
from monitor.http.request import FetchError, FetchRequest, Redirects
from monitor.issuers import texts
from monitor.issuers.crl import crl_verdict, delta_urls, with_delta
from monitor.issuers.crl_cache import CrlCache, CrlUnavailableError
from monitor.issuers.ocsp import ocsp_request, ocsp_verdict
from monitor.issuers.revocation_checks import STAPLE
from monitor.issuers.revocation_urls import crl_urls, ocsp_urls
from monitor.issuers.verdict import IssuerPair, RevocationVerdict, unknown
from monitor.model import Clock, Message, RevocationStatus
from monitor.model.texts import joined
from monitor.parse import display
from monitor.threads import ThreadPool

SILENT = 120.0
"""Seconds in which a responder that did not answer at all is not asked about other certificates."""

_MOST_RESPONSE = 256 * 1024
_MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True)
class RevocationRequest:
    """A certificate and its issuer in DER, the sources to try, and the stapled OCSP responses."""

    der: bytes
    issuer: bytes
    sources: tuple[str, ...]
    staples: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class RevocationAnswer:
    """A verdict and its source, which is empty when no source had an answer."""

    source: str
    verdict: RevocationVerdict


class RevocationChecker:
    """A checker that uses OCSP staples, CRLs and OCSP responders."""

    def __init__(self, fetcher: Fetcher, pool: ThreadPool, clock: Clock) -> None:
        """Prepare to use this fetcher, and a thread pool to parse CRLs of up to a million entries."""
        self._pool = pool
        self._fetcher = fetcher
        self._crls = CrlCache(fetcher, pool, clock)
        self._clock = clock
        self._silent: dict[str, tuple[float, FetchError]] = {}

    async def check(self, request: RevocationRequest) -> RevocationAnswer:
        """Return the verdict of the first source with an answer, else why there is none."""
        pair = await self._pool.run(_pair, request)
        if pair is None:
            return RevocationAnswer("", unknown(texts.PAIR_UNSUPPORTED))
        reasons: dict[Message, None] = {}
        for source in request.sources:
            async for verdict in self._verdicts(source, pair, request):
                if verdict.status is not RevocationStatus.UNKNOWN:
                    return RevocationAnswer(source, verdict)
                reasons[verdict.message] = None
        return RevocationAnswer("", unknown(joined(tuple(reasons))))

    async def _verdicts(
        self, source: str, pair: IssuerPair, request: RevocationRequest
    ) -> AsyncIterator[RevocationVerdict]:
        if source == STAPLE:
            answers = self._by_staple(pair, request)
        elif source == "crl":
            answers = self._by_crl(pair)
        else:
            answers = self._by_ocsp(pair)
        async for verdict in answers:
            yield verdict

    async def _by_staple(
        self, pair: IssuerPair, request: RevocationRequest
    ) -> AsyncIterator[RevocationVerdict]:
        if not request.staples:
            yield unknown(texts.NO_STAPLE)
        for response in request.staples:
            yield await self._judged(response, pair, texts.STAPLE)

    async def _by_crl(self, pair: IssuerPair) -> AsyncIterator[RevocationVerdict]:
        named = crl_urls(pair.certificate)
        if named.problem is not None:
            yield unknown(named.problem)
        for url in named.urls:
            try:
                base = await self._crls.fetch(url)
            except CrlUnavailableError as error:
                source = texts.the_crl(url=display(url, 200))
                yield unknown(texts.not_fetched(source=source, problem=error.message))
                continue
            verdict = await self._pool.run(crl_verdict, base, pair, self._clock.now())
            for where in delta_urls(base, pair) if verdict.status is not RevocationStatus.UNKNOWN else ():
                try:
                    delta = await self._crls.fetch(where)
                except CrlUnavailableError:
                    continue  # the complete CRL suffices (RFC 5280 section 6.3: deltas are optional)
                verdict = await self._pool.run(with_delta, verdict, base, delta, pair, self._clock.now())
                break
            yield verdict

    async def _by_ocsp(self, pair: IssuerPair) -> AsyncIterator[RevocationVerdict]:
        named = ocsp_urls(pair.certificate)
        if named.problem is not None:
            yield unknown(named.problem)
        for url in named.urls:
            source = texts.the_responder(url=display(url, 200))
            try:
                response = await self._response(url, pair)
            except FetchError as error:
                yield unknown(texts.no_answer(source=source, problem=error.message))
            except UNREADABLE:
                yield unknown(texts.CERTIFICATE_UNSUPPORTED)
            else:
                yield await self._judged(response, pair, source)

    async def _response(self, url: str, pair: IssuerPair) -> bytes:
        silent = self._silent.get(url)
        if silent is not None and self._clock.monotonic() - silent[0] < SILENT:
            raise FetchError(silent[1].reason, silent[1].say, silent[1].host)
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        asked = FetchRequest(
            url,
            "POST",
            ocsp_request(pair),
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
        self._silent[url] = (self._clock.monotonic(), error)

    async def _judged(self, response: bytes, pair: IssuerPair, source: Message) -> RevocationVerdict:
        return await self._pool.run(ocsp_verdict, response, pair, self._clock.now(), source)


def _pair(request: RevocationRequest) -> IssuerPair | None:
    certificate, issuer = load_certificate(request.der), load_certificate(request.issuer)
    return None if certificate is None or issuer is None else IssuerPair(certificate, issuer)
