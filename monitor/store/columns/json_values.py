"""Values stored as JSON: small lists, and the results of a probe other than certificates."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from monitor.model import (
    Failure,
    FailureReason,
    FormerLeaf,
    Machine,
    Message,
    PastRenewal,
    RecipientStatus,
    RevocationList,
    Sighting,
)
from monitor.model import text as free_text
from monitor.model.message import shared
from monitor.model.message_json import from_json, to_json
from monitor.store.columns.types import storable
from monitor.store.texts import FAILURE_UNREADABLE

log = logging.getLogger(__name__)

_MACHINE = TypeAdapter(Machine)
_LISTS = TypeAdapter(tuple[RevocationList, ...])


def machine_json(machine: Machine) -> str:
    """Return a machine as JSON."""
    return _MACHINE.dump_json(machine, exclude_defaults=True).decode()


def machine_of(text: str) -> Machine | None:
    """Return a machine from its JSON, ``None`` when another version wrote it in an unknown form."""
    try:
        return _MACHINE.validate_json(text)
    except ValidationError:
        log.warning("the stored data of a machine cannot be read; the next probe stores it again")
        return None


def lists_json(lists: tuple[RevocationList, ...]) -> str:
    """Return the dates of CRLs as JSON."""
    return _LISTS.dump_json(lists, exclude_defaults=True).decode()


def lists_of(text: str) -> tuple[RevocationList, ...]:
    """Return the dates of CRLs from their JSON, none when another version wrote it in an unknown form."""
    try:
        return _LISTS.validate_json(text)
    except ValidationError:
        log.warning("the stored data of CRLs cannot be read; the next probe stores it again")
        return ()


def own_keys_json(sightings: Iterable[Sighting]) -> str | None:
    """Return location and SHA-256 of each certificate stored with its key, as JSON; ``None`` for none."""
    found = [[storable(one.location), one.certificate.sha256] for one in sightings if one.own_key]
    return json.dumps(found) if found else None


def own_keys_of(text: str | None) -> frozenset[tuple[str, str]]:
    """Return location and SHA-256 of the certificates that lie with their keys from their JSON."""
    return frozenset((location, sha256) for location, sha256 in json.loads(text)) if text else frozenset()


def failures_json(failures: Iterable[Failure]) -> str:
    """Return failures as a JSON array."""
    return json.dumps(
        [{"reason": f.reason, "message": to_json(f.message), "location": f.location} for f in failures]
    )


def failures_of(text: str) -> tuple[Failure, ...]:
    """Return failures from their JSON array; a reason of another version reads as ``internal``."""
    return tuple(Failure(_reason(f["reason"]), _message(f), f["location"]) for f in json.loads(text))


def _message(failure: Mapping[str, object]) -> Message:
    """Return the message of a stored failure; earlier versions stored an English sentence as ``detail``."""
    if "message" not in failure:
        return free_text(str(failure["detail"]))
    try:
        return shared(from_json(failure["message"]))
    except ValueError:
        log.warning("the stored message of a failure cannot be read; the next probe stores it again")
        return FAILURE_UNREADABLE


def _reason(text: str) -> FailureReason:
    try:
        return FailureReason(text)
    except ValueError:
        return FailureReason.INTERNAL


@dataclass(frozen=True, slots=True)
class StoredFormerLeaf:
    """A former leaf with fingerprints instead of certificates."""

    location: str
    old: str
    new: str
    probes: int


def former_leaves_json(former_leaves: Iterable[FormerLeaf]) -> str:
    """Return former leaves as a JSON array that names certificates by SHA-256."""
    return json.dumps(
        [
            {
                "location": d.location,
                "old": d.old.sha256,
                "new": d.new.sha256 if d.new else "",
                "probes": d.probes,
            }
            for d in former_leaves
        ]
    )


def former_leaves_of(text: str) -> tuple[StoredFormerLeaf, ...]:
    """Return former leaves from their JSON array."""
    return tuple(StoredFormerLeaf(d["location"], d["old"], d["new"], d["probes"]) for d in json.loads(text))


def past_renewals_json(renewals: Iterable[PastRenewal]) -> str:
    """Return past renewals as a JSON array of arrays, with instants in ISO 8601."""
    return json.dumps(
        [
            (one.location, one.sha256, *(at.isoformat() for at in (one.not_before, one.not_after, one.at)))
            for one in renewals
        ]
    )


def past_renewals_of(text: str) -> tuple[PastRenewal, ...]:
    """Return past renewals from their JSON array."""
    return tuple(
        PastRenewal(location, sha256, *map(datetime.fromisoformat, instants))
        for location, sha256, *instants in json.loads(text)
    )


def recipients_json(recipients: Sequence[tuple[str, RecipientStatus]]) -> str:
    """Return recipients, in their order, as a JSON array of pairs."""
    return json.dumps(recipients)


def recipients_of(text: str) -> tuple[tuple[str, RecipientStatus], ...]:
    """Return recipients from their JSON array."""
    return tuple((address, RecipientStatus(state)) for address, state in json.loads(text))
