"""The results of ``preflight``, as a table with a trust matrix and as published JSON; pure."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from monitor.cli.columns import in_columns
from monitor.cli.xprotect.certificate import expiry
from monitor.cli.xprotect.matrix import Cell, authorities, cells
from monitor.cli.xprotect.suitable import Candidate, Need
from monitor.cli.xprotect.targets import GROUPS
from monitor.messages import Writer
from monitor.model import Certificate
from monitor.model.label_names import component_name
from monitor.parse import display

_WORDS = {True: "ok", False: "missing", None: "unknown"}
_UNSUITABLE = "unsuitable:"
_LONGEST = 4096


def as_table(found: Sequence[Need], writer: Writer) -> str:
    """Return the servers, the matrix and its legend."""
    return "\n".join([*_servers(found, writer), "", *_matrix(found, writer)]).rstrip()


def _servers(found: Sequence[Need], writer: Writer) -> Iterator[str]:
    for host in dict.fromkeys(need.host for need in found):
        yield display(host)
        for need in (need for need in found if need.host == host):
            component = writer.write(component_name(need.component))
            yield f"  {_word(need):8} {component}, {need.title}"
            for one in need.candidates:
                yield from (f"{'':11}{display(line, _LONGEST)}" for line in _candidate(one, writer))


def _word(need: Need) -> str:
    """Return the word for a need; what has a certificate lacks none, but has an unsuitable one."""
    wrong = [one for one in need.candidates if one.suitable is False]
    return _UNSUITABLE if wrong and all(one.leaf for one in wrong) else _WORDS[need.suitable]


def _candidate(one: Candidate, writer: Writer) -> Iterator[str]:
    leaf = one.leaf
    yield f"{one.location}: {_certificate(leaf, writer) if leaf else 'no certificate'}"
    yield from (f"  {sentence}" for sentence in one.missing)


def _certificate(certificate: Certificate, writer: Writer) -> str:
    return f"{certificate.title}, {expiry(certificate, writer)}, SHA-1 thumbprint {certificate.sha1}"


def _matrix(found: Sequence[Need], writer: Writer) -> Iterator[str]:
    known = cells(found)
    if not known:
        return
    groups = [group for group in GROUPS if any(cell.group == group for cell in known)]
    by_location = {(cell.caller, cell.group): cell for cell in known}
    head = ("client", *(GROUPS[group] for group in groups))
    callers = dict.fromkeys(cell.caller for cell in known)
    lines = [
        head,
        *((caller, *(_letters(by_location.get((caller, group))) for group in groups)) for caller in callers),
    ]
    yield "CAs that each client must trust, by certificate group:"
    yield from in_columns(lines)
    yield from _legend(found, known, writer)


def _letters(cell: Cell | None) -> str:
    if cell is None:
        return "-"
    said = [authority.letter for authority in cell.authorities] + ["?"] * (not cell.known)
    return ", ".join(said) + ("" if cell.verified else " *")


def _legend(found: Sequence[Need], known: Sequence[Cell], writer: Writer) -> Iterator[str]:
    for one in authorities(found).values():
        shown = _certificate(one.certificate, writer) if one.certificate else f"{one.name} (not available)"
        yield f"{one.letter} = {display(shown, _LONGEST)}"
    if not all(cell.known for cell in known):
        yield "? = unknown: a server has no certificate yet"
    if not all(cell.verified for cell in known):
        yield "* = not confirmed by a source that we could read: check the vendor's certificates guide"


def as_json(found: Sequence[Need]) -> str:
    """Return ``servers``, ``authorities`` and ``trust``, plain ASCII."""
    return json.dumps(
        {
            "servers": [_server(need, one) for need in found for one in need.candidates],
            "authorities": [
                {"id": one.letter, "name": one.name} | _facts(one.certificate)
                for one in authorities(found).values()
            ],
            "trust": [_cell(cell) for cell in cells(found)],
        },
        indent=2,
    )


def _server(need: Need, one: Candidate) -> dict[str, Any]:
    return {
        "host": need.host,
        "component": need.component,
        "certificate_group": need.group,
        "location": one.location,
        "suitable": one.suitable,
        "missing": list(one.missing),
        "subject": one.leaf.subject if one.leaf else None,
        "issuer": one.leaf.issuer if one.leaf else None,
    } | _facts(one.leaf)


def _facts(certificate: Certificate | None) -> dict[str, Any]:
    if certificate is None:
        return {"sha1": None, "not_after": None}
    not_after = certificate.not_after.isoformat(timespec="seconds").replace("+00:00", "Z")
    return {"sha1": certificate.sha1, "not_after": not_after}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "caller": cell.caller,
        "certificate_group": cell.group,
        "authorities": [one.letter for one in cell.authorities],
        "complete": cell.known,
        "verified": cell.verified,
        "sources": list(cell.sources),
    }
