"""Turn what was said over connections into what was seen: sightings and failures; must not judge them."""

from collections.abc import Sequence

from monitor import parse
from monitor.model import Failure, FailureReason, ProbeRequest, ProbeResult, Sighting, Staple
from monitor.sources.endpoint.conversation import Conversing
from monitor.tls import DatagramHandshake

# What a port without encryption is met as: TLS on connect is not spoken, or not granted on request.
_PLAIN = (FailureReason.NOT_TLS, FailureReason.STARTTLS_REFUSED)


def result_of(
    conversation: Conversing | DatagramHandshake,
    request: ProbeRequest,
    location: str,
    denied: tuple[Failure, ...] = (),
) -> ProbeResult:
    """Return what one talk gave at a location; ``denied`` are failures from before it."""
    failure = conversation.failure
    if failure and failure.reason in _PLAIN and _may_be_plain(request):
        failure = None
    sightings: list[Sighting] = []
    failures = list(denied)
    if failure:
        failures.append(Failure(failure.reason, failure.detail, location))
    ders: dict[str, bytes] = {}
    for position, der in enumerate(conversation.chain):
        try:
            certificate = parse.parse_certificate(der)
        except parse.UnreadableCertificateError as error:
            detail = f"certificate {position} of the chain cannot be read: {error}"
            failures.append(Failure(FailureReason.BAD_CERTIFICATE, detail, location))
        else:
            sightings.append(Sighting(location, position, certificate))
            ders[certificate.sha256] = der
    staples = (Staple(location, conversation.staple),) if sightings and conversation.staple else ()
    return ProbeResult(tuple(sightings), tuple(failures), ders, conversation.encrypted, staples=staples)


def joined(results: Sequence[ProbeResult]) -> ProbeResult:
    """Return as one what several locations gave; it is encrypted when all of them are that told."""
    told = {seen.encrypted for seen in results} - {None}
    return ProbeResult(
        tuple(one for seen in results for one in seen.sightings),
        tuple(dict.fromkeys(one for seen in results for one in seen.failures)),
        {sha256: der for seen in results for sha256, der in seen.ders.items()},
        (False not in told) if told else None,
        staples=tuple(one for seen in results for one in seen.staples),
    )


def _may_be_plain(request: ProbeRequest) -> bool:
    """Return whether a plain answer is a state to be judged, and no failure."""
    return request.plain_possible or request.encryption in ("any", "off")
