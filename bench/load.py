"""Make many synthetic targets with what is known about them, one certificate each; nothing is probed."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha1, sha256

from monitor.assess import judge
from monitor.config import default_config, plan
from monitor.model import (
    Certificate,
    Observation,
    Path,
    ProbeResult,
    Sighting,
    Target,
    TargetState,
)
from monitor.sources.endpoint.settings import EndpointSettings

DER_SIZE = 800


def settings(count: int) -> tuple[EndpointSettings, ...]:
    """Return what a configuration would hold: endpoints in 10/8 with two labels each."""
    return tuple(
        EndpointSettings(
            kind="endpoint",
            address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}:7563",
            labels={"site": f"site{number % 50}", "component": "recording_server"},
        )
        for number in range(count)
    )


def targets(of: Sequence[EndpointSettings]) -> tuple[Target, ...]:
    """Return the targets of some settings, planned as the daemon does."""
    return plan(replace(default_config(), targets=tuple(of)), {}).targets


def states(of: Sequence[Target], now: datetime) -> Iterator[TargetState]:
    """Yield healthy states with distinct certificates of one CA, probed just now."""
    authority = _certificate("Bench Root", "Bench Root", b"root", now, is_ca=True)
    for target in of:
        leaf = _certificate(target.host, "Bench Root", der(target), now, is_ca=False)
        yield state(target, leaf, authority, now)


def state(target: Target, leaf: Certificate, authority: Certificate, now: datetime) -> TargetState:
    """Return the state of a target that showed this leaf, judged as the main path does."""
    path = Path(target.location, (leaf, authority), True, "", leaf.not_before, leaf.not_after)
    sightings = (Sighting(target.location, 0, leaf),)
    return TargetState(
        target,
        watched_since=now,
        probed_at=now,
        duration=timedelta(milliseconds=12),
        succeeded_at=now,
        encrypted=True,
        sightings=sightings,
        assessment=judge(target, sightings, (path,), now),
    )


def observation(known: TargetState, at: datetime) -> Observation:
    """Return a probe that saw again what is known."""
    seen = ProbeResult(known.sightings, (), {known.sightings[0].certificate.sha256: der(known.target)}, True)
    return Observation(known.target.id, at, known.duration, seen)


def der(target: Target) -> bytes:
    """Return bytes instead of a target's certificate."""
    return target.id.encode().ljust(DER_SIZE, b"\0")


def _certificate(name: str, issuer: str, content: bytes, now: datetime, *, is_ca: bool) -> Certificate:
    fingerprint = sha256(content).hexdigest()
    return Certificate(
        sha256=fingerprint,
        sha1=sha1(content, usedforsecurity=False).hexdigest().upper(),
        subject=f"CN={name},O=Bench",
        issuer=sys.intern(f"CN={issuer},O=Bench"),  # the parser shares equal names too
        subject_cn=name,
        issuer_cn=issuer,
        serial=fingerprint[:32].upper(),
        not_before=now - timedelta(days=10),
        not_after=now + timedelta(days=3650 if is_ca else 388, seconds=int(fingerprint[:4], 16)),
        dns_names=("recorder.bench.example",),
        ip_addresses=() if is_ca else (name,),
        is_ca=is_ca,
        self_issued=is_ca,
        key_type="EC",
        key_bits=256,
        signature_hash="sha256",
        extended_usages=None if is_ca else ("1.3.6.1.5.5.7.3.1",),
    )
