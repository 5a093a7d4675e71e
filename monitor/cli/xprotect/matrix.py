"""Which clients must trust which CA, from the current or future certificate of each server; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from monitor.cli.xprotect.suitable import Candidate, Need
from monitor.model import Certificate
from monitor.xprotect.callers import CALLS, Call


@dataclass(frozen=True, slots=True)
class Authority:
    """One CA with a letter; ``certificate`` is ``None`` if only its name is known.

    The scripts of the vendor's guide give every CA the same name, so only the certificate identifies one.
    """

    letter: str
    name: str
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class Cell:
    """The CAs that one client must trust for one certificate group.

    ``known`` is false if a server has no certificate yet. ``verified`` and ``sources`` are those of the call.
    """

    caller: str
    group: str
    authorities: tuple[Authority, ...]
    known: bool
    verified: bool
    sources: tuple[str, ...]


def authorities(found: Sequence[Need]) -> dict[str, Authority]:
    """Return every CA by fingerprint, or by name if only that is known."""
    met: dict[str, Authority] = {}
    for one in _candidates(found):
        if one.leaf is not None and _key(one) not in met:
            met[_key(one)] = Authority(_letter(len(met)), one.issuer, one.authority)
    return met


def _key(one: Candidate) -> str:
    return one.authority.sha256 if one.authority else one.issuer


def _letter(number: int) -> str:
    return ascii_uppercase[number] if number < len(ascii_uppercase) else f"CA{number + 1}"


def _candidates(found: Sequence[Need]) -> Iterator[Candidate]:
    return (one for need in found for one in need.candidates)


def cells(found: Sequence[Need]) -> list[Cell]:
    """Return a cell for each client and each certificate group that it connects to."""
    every = authorities(found)
    calls: dict[tuple[str, str], list[tuple[Call, Need]]] = {}
    for call in CALLS:
        for need in found:
            if need.group == call.group and need.component in call.components:
                calls.setdefault((call.caller, call.group), []).append((call, need))
    return [_cell(caller, group, pairs, every) for (caller, group), pairs in calls.items()]


def _cell(caller: str, group: str, pairs: Sequence[tuple[Call, Need]], every: dict[str, Authority]) -> Cell:
    shown = [one for _, need in pairs for one in need.candidates]
    return Cell(
        caller,
        group,
        tuple(dict.fromkeys(every[_key(one)] for one in shown if one.leaf is not None)),
        known=all(one.leaf is not None for one in shown),
        verified=all(call.verified for call, _ in pairs),
        sources=tuple(dict.fromkeys(call.source for call, _ in pairs if call.source)),
    )
