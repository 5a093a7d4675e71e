"""Turn finished conversations into probe results: sightings and failures; must not judge them."""

from collections.abc import Sequence

from monitor import parse
from monitor.model import Failure, FailureReason, ProbeRequest, ProbeResult, Sighting, Staple
from monitor.model.message import shared
from monitor.sources.endpoint import texts
from monitor.sources.endpoint.conversation import Conversing
from monitor.tls import DatagramHandshake

# How a port without encryption fails: TLS on connect is not spoken, or STARTTLS is refused.
_PLAIN = (FailureReason.NOT_TLS, FailureReason.STARTTLS_REFUSED)


def result_of(
    conversation: Conversing | DatagramHandshake,
    request: ProbeRequest,
    location: str,
    denied: tuple[Failure, ...] = (),
) -> ProbeResult:
    """Return the result of one conversation at a location; ``denied`` are earlier failures."""
    failure = conversation.failure
    if failure and failure.reason in _PLAIN and _may_be_plain(request):
        failure = None
    sightings: list[Sighting] = []
    failures = list(denied)
    if failure:
        failures.append(Failure(failure.reason, shared(failure.message), location))
    ders: dict[str, bytes] = {}
    for position, der in enumerate(conversation.chain):
        try:
            certificate = parse.parse_certificate(der)
        except parse.UnreadableCertificateError as error:
            said = texts.certificate_unreadable(position=position, problem=error.message)
            failures.append(Failure(FailureReason.BAD_CERTIFICATE, said, location))
        else:
            sightings.append(Sighting(location, position, certificate))
            ders[certificate.sha256] = der
    staples = (Staple(location, conversation.staple),) if sightings and conversation.staple else ()
    versions = ((location, conversation.version),) if conversation.version else ()
    return ProbeResult(
        tuple(sightings),
        tuple(failures),
        ders,
        conversation.encrypted,
        staples=staples,
        tls_versions=versions,
    )


def join_results(results: Sequence[ProbeResult]) -> ProbeResult:
    """Merge the results of several locations; encrypted when all that are known are."""
    known = {seen.encrypted for seen in results} - {None}
    return ProbeResult(
        tuple(one for seen in results for one in seen.sightings),
        tuple(dict.fromkeys(one for seen in results for one in seen.failures)),
        {sha256: der for seen in results for sha256, der in seen.ders.items()},
        (False not in known) if known else None,
        staples=tuple(one for seen in results for one in seen.staples),
        tls_versions=tuple(one for seen in results for one in seen.tls_versions),
    )


def _may_be_plain(request: ProbeRequest) -> bool:
    """Return whether a plaintext response is a state to be judged and not a failure."""
    return request.plain_possible or request.encryption in ("any", "off")
