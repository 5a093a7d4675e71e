"""One answer: what a probe of an ordered target gave, as data and back; certificates are named by SHA-256."""

from collections.abc import Mapping

from monitor.model import Failure, FailureReason, Observation, ProbeRequest, ProbeResult, Staple
from monitor.model.message_json import to_json
from monitor.wire.document import (
    WireError,
    base64,
    boolean,
    content,
    instant,
    listed,
    microseconds,
    microseconds_since_1970,
    number_of_microseconds,
    pair,
    string,
    strings,
    without_empty,
)
from monitor.wire.machine_json import read_lists, read_machine, write_lists, write_machine
from monitor.wire.messages import read_message
from monitor.wire.plausible import refuse_implausible
from monitor.wire.sightings import CertificateLookup, read_sightings, write_sighting
from monitor.wire.texts import PART_UNREADABLE


def write_answer(key: str, location: str, observation: Observation) -> dict[str, object]:
    """Return an answer as data: ``key`` and ``location`` are those of its order; no bytes of certificates."""
    result = observation.result
    return without_empty(
        {
            "id": observation.target_id,
            "key": key,
            "at": microseconds_since_1970(observation.started_at),
            "took": number_of_microseconds(observation.duration),
            "seen": [write_sighting(one, location) for one in result.sightings],
            "failures": [_write_failure(one) for one in result.failures],
            "encrypted": result.encrypted,
            "machine": write_machine(result.machine) if result.machine else None,
            "lists": write_lists(result.lists),
            "staples": [[one.location, base64(one.response)] for one in result.staples],
            "partial": result.partial,
            "isolated": sorted(result.isolated),
            "tls_versions": [list(one) for one in result.tls_versions],
        },
        kept=("at", "took", *(("encrypted",) if result.encrypted is not None else ())),
    )


def read_answer(data: Mapping[str, object], request: ProbeRequest, der_of: CertificateLookup) -> Observation:
    """Return the observation in the answer to a request, by the clock of its sender.

    Raises ``WireError`` for what is no answer, or names a certificate that is not here.
    """
    if data.get("id") != request.target_id:
        raise WireError("the answer is about another target")
    at, took = instant(data.get("at")), microseconds(data.get("took"))
    result = _result(data, request.location, der_of)
    refuse_implausible(request, result)
    return Observation(request.target_id, at, took, result)


def _result(data: Mapping[str, object], location: str, der_of: CertificateLookup) -> ProbeResult:
    seen = read_sightings(data.get("seen", []), location, der_of)
    machine, machine_read = read_machine(data.get("machine"))
    lists, lists_read = read_lists(data.get("lists", []))
    failures = (*(_read_failure(listed(one)) for one in listed(data.get("failures", []))), *seen.failures)
    whole = machine_read and lists_read
    encrypted = data.get("encrypted")
    return ProbeResult(
        sightings=seen.sightings,
        failures=failures if whole else (*failures, Failure(FailureReason.INTERNAL, PART_UNREADABLE)),
        ders=seen.ders,
        encrypted=None if encrypted is None else boolean(encrypted),
        machine=machine,
        lists=lists,
        staples=tuple(_staple(one) for one in listed(data.get("staples", []))),
        partial=boolean(data.get("partial", False)) or not whole,
        isolated=frozenset(strings(data.get("isolated", []))),
        tls_versions=tuple(_tls_version(one) for one in listed(data.get("tls_versions", []))),
    )


def _write_failure(failure: Failure) -> list[object]:
    location = [failure.location] if failure.location else []
    return [failure.reason.value, to_json(failure.message), *location]


def _read_failure(data: tuple[object, ...]) -> Failure:
    if len(data) < 2:
        raise WireError("a failure has a reason and a message")
    location = string(data[2]) if len(data) > 2 else ""
    return Failure(_reason(string(data[0])), read_message(data[1]), location)


def _reason(code: str) -> FailureReason:
    """Return a reason; one that only a newer version knows becomes ``internal``, and its message names it."""
    try:
        return FailureReason(code)
    except ValueError:
        return FailureReason.INTERNAL


def _staple(data: object) -> Staple:
    location, response = pair(data)
    return Staple(string(location), content(response))


def _tls_version(data: object) -> tuple[str, str]:
    location, version = pair(data)
    return string(location), string(version)
