"""Turn what was said over connections into what was seen: sightings and failures; must not judge them."""

from collections.abc import Sequence

from monitor import parse
from monitor.model import Failure, Reason, Seen, Sighting, Staple, Target
from monitor.sources.endpoint.spoken import Talk
from monitor.tls import DatagramHandshake

# What a port without encryption is met as: TLS on connect is not spoken, or not granted on request.
_PLAIN = (Reason.NOT_TLS, Reason.STARTTLS_REFUSED)


def seen_by(
    talk: Talk | DatagramHandshake, target: Target, place: str, denied: tuple[Failure, ...] = ()
) -> Seen:
    """Return what one talk gave at a place; ``denied`` are failures from before it."""
    trouble = talk.trouble
    if trouble and trouble.reason in _PLAIN and _may_be_plain(target):
        trouble = None
    sightings: list[Sighting] = []
    failures = list(denied)
    if trouble:
        failures.append(Failure(trouble.reason, trouble.detail, place))
    ders: dict[str, bytes] = {}
    for position, der in enumerate(talk.chain):
        try:
            certificate = parse.certificate(der)
        except parse.UnreadableCertificateError as error:
            detail = f"certificate {position} of the chain cannot be read: {error}"
            failures.append(Failure(Reason.BAD_CERTIFICATE, detail, place))
        else:
            sightings.append(Sighting(place, position, certificate))
            ders[certificate.sha256] = der
    staples = (Staple(place, talk.staple),) if sightings and talk.staple else ()
    return Seen(tuple(sightings), tuple(failures), ders, talk.encrypted, staples=staples)


def joined(faces: Sequence[Seen]) -> Seen:
    """Return as one what several places gave; it is encrypted when all of them are that told."""
    told = {seen.encrypted for seen in faces} - {None}
    return Seen(
        tuple(one for seen in faces for one in seen.sightings),
        tuple(dict.fromkeys(one for seen in faces for one in seen.failures)),
        {sha256: der for seen in faces for sha256, der in seen.ders.items()},
        (False not in told) if told else None,
        staples=tuple(one for seen in faces for one in seen.staples),
    )


def _may_be_plain(target: Target) -> bool:
    """Return whether a plain answer is a state to be judged, and no failure."""
    return target.part.plain_possible or target.policy.encryption in ("any", "off")
