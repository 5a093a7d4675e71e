"""The columns that hold JSON: small lists, and what a look gave beside certificates."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from monitor.model import Departed, Failure, Machine, Reason, Recipient, RevocationList

log = logging.getLogger(__name__)

_MACHINE = TypeAdapter(Machine)
_LISTS = TypeAdapter(tuple[RevocationList, ...])


def machine_json(machine: Machine) -> str:
    """Return a machine as JSON."""
    return _MACHINE.dump_json(machine, exclude_defaults=True).decode()


def machine_of(text: str) -> Machine | None:
    """Return a machine from its JSON, ``None`` when another version wrote it in a form unknown here."""
    try:
        return _MACHINE.validate_json(text)
    except ValidationError:
        log.warning("what was recorded of a machine cannot be read any more; the next look brings it anew")
        return None


def lists_json(lists: tuple[RevocationList, ...]) -> str:
    """Return the dates of CRLs as JSON."""
    return _LISTS.dump_json(lists, exclude_defaults=True).decode()


def lists_of(text: str) -> tuple[RevocationList, ...]:
    """Return the dates of CRLs from their JSON, none when another version wrote it in a form unknown here."""
    try:
        return _LISTS.validate_json(text)
    except ValidationError:
        log.warning("what was recorded of CRLs cannot be read any more; the next look brings it anew")
        return ()


def failures_json(failures: Iterable[Failure]) -> str:
    """Return failures as a JSON array."""
    return json.dumps([{"reason": f.reason, "detail": f.detail, "place": f.place} for f in failures])


def failures_of(text: str) -> tuple[Failure, ...]:
    """Return failures from their JSON array; a reason of another version reads as ``internal``."""
    return tuple(Failure(_reason(f["reason"]), f["detail"], f["place"]) for f in json.loads(text))


def _reason(text: str) -> Reason:
    try:
        return Reason(text)
    except ValueError:
        return Reason.INTERNAL


@dataclass(frozen=True, slots=True)
class Gone:
    """A departed leaf with fingerprints in place of certificates."""

    place: str
    old: str
    new: str
    looks: int


def departed_json(departed: Iterable[Departed]) -> str:
    """Return departed leaves as a JSON array that names certificates by SHA-256."""
    return json.dumps(
        [
            {"place": d.place, "old": d.old.sha256, "new": d.new.sha256 if d.new else "", "looks": d.looks}
            for d in departed
        ]
    )


def departed_of(text: str) -> tuple[Gone, ...]:
    """Return departed leaves from their JSON array."""
    return tuple(Gone(d["place"], d["old"], d["new"], d["looks"]) for d in json.loads(text))


def recipients_json(recipients: Sequence[tuple[str, Recipient]]) -> str:
    """Return recipients, in their order, as a JSON array of pairs."""
    return json.dumps(recipients)


def recipients_of(text: str) -> tuple[tuple[str, Recipient], ...]:
    """Return recipients from their JSON array."""
    return tuple((address, Recipient(state)) for address, state in json.loads(text))
